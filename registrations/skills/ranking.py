"""Rank names by how well they fit what was typed. No database: names in, scores out, with rapidfuzz and NumPy."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from letsconnect.base.folding import phrase
from registrations.skills.stemming import words

LONGEST = 100  # letters of what was typed that are looked at
MOST_WORDS = 8
GOOD_ENOUGH = 62.0
_WHOLE, _SAME, _BEGINNING, _CLOSE, _CLOSE_BEGINNING, _TOGETHER = 100.0, 96.0, 90.0, 86.0, 70.0, 84.0
_UNASKED, _SYNONYM, _ELSEWHERE = 14.0, 1.5, 3.0  # taken off: words nobody typed, a synonym, another language
Scores = np.ndarray


@dataclass(frozen=True)
class Name:
    """One name of a skill; ``is_shy`` names are found only when they are typed whole."""

    skill_id: int
    language: str
    text: str
    is_synonym: bool = False
    is_shy: bool = False


@dataclass(frozen=True)
class Hit:
    skill_id: int
    matched: str
    score: float


class Ranking:
    """Names prepared for searching; preparing takes longer than many searches."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.names: Sequence[Name] = [name for name in names if phrase(name.text)]
        self.whole = np.array([phrase(name.text) for name in self.names], dtype=object)
        words_of_names = [words(name.text) for name in self.names]
        self.vocabulary = sorted({word for line in words_of_names for word in line})
        numbers = {word: number for number, word in enumerate(self.vocabulary)}
        width = max(map(len, words_of_names), default=1)
        none = len(self.vocabulary)  # a word that is not there resembles nothing
        self.words = np.full((len(words_of_names), width), none, dtype=np.int64)
        for row, line in enumerate(words_of_names):
            self.words[row, : len(line)] = [numbers[word] for word in line]
        self.letters = np.array([*(len(word) for word in self.vocabulary), 0], dtype=np.float64)
        self.together = ["".join(line) for line in words_of_names]
        self.is_shy = np.array([name.is_shy for name in self.names], dtype=np.bool_)
        self.is_synonym = np.array([name.is_synonym for name in self.names], dtype=np.bool_)
        self.language = np.array([name.language for name in self.names], dtype=object)

    def search(self, typed: str, *, languages: Sequence[str], limit: int) -> list[Hit]:
        """Return the best skills for ``typed``, best first; ``languages`` are the reader's, best first."""
        typed = typed[:LONGEST]
        typed_words, typed_phrase = words(typed)[:MOST_WORDS], phrase(typed)
        if not typed_words or not self.names:
            return []
        scores = np.maximum(self._by_words(typed_words), self._together("".join(typed_words)))
        scores[self.whole == typed_phrase] = _WHOLE
        scores[self.is_shy & (self.whole != typed_phrase)] = 0
        scores[scores < GOOD_ENOUGH] = 0
        scores -= np.where(scores > 0, self.is_synonym * _SYNONYM + self._foreign(languages), 0)
        return self._best(scores, limit)

    def _by_words(self, typed_words: Sequence[str]) -> Scores:
        """Score by words in any order: every typed word must match, other words of the name cost a little."""
        alike = np.zeros((len(typed_words), len(self.vocabulary) + 1))
        for number, word in enumerate(typed_words):
            alike[number, :-1] = resemblance(word, self.vocabulary)
        weights = np.array([len(word) for word in typed_words], dtype=np.float64)
        per_name = alike[:, self.words]  # typed words × names × words of the name
        matches = per_name.max(axis=2)
        score = (weights @ matches) / weights.sum()
        score[(matches == 0).any(axis=0)] *= 0.6
        letters = self.letters[self.words]
        untyped_share = np.where(per_name.max(axis=0) == 0, letters, 0).sum(axis=1) / np.maximum(letters.sum(axis=1), 1)
        return score - _UNASKED * untyped_share

    def _together(self, typed_letters: str) -> Scores:
        """Score as if all words were written together: “edit a thon”, “editathon”."""
        if len(typed_letters) < 5:
            return np.zeros(len(self.names))
        alike = process.cdist([typed_letters], self.together, scorer=OSA.normalized_similarity, score_cutoff=0.78)[0]
        return alike.astype(np.float64) * _TOGETHER / 0.9

    def _foreign(self, languages: Sequence[str]) -> Scores:
        cost = np.full(len(self.names), _ELSEWHERE)
        for step, language in enumerate(languages):
            cost[self.language == language] = min(step, 2) * _ELSEWHERE / 3
        return cost

    def _best(self, scores: Scores, limit: int) -> list[Hit]:
        best: dict[int, Hit] = {}
        for row in np.flatnonzero(scores > 0).tolist():
            name, score = self.names[row], float(scores[row])
            better = best.get(name.skill_id)
            if better is None or (score, better.matched) > (better.score, name.text):
                best[name.skill_id] = Hit(name.skill_id, name.text, round(score, 1))
        return sorted(best.values(), key=lambda hit: (-hit.score, hit.matched, hit.skill_id))[:limit]


def resemblance(word: str, vocabulary: Sequence[str]) -> Scores:
    """Return how much each word of the sorted ``vocabulary`` resembles the typed one, 0 to 100.

    Mistakes allowed grow with the length: none up to three letters, one up to five, two up to eight, else three.
    """
    length = len(word)
    mistakes = 0 if length <= 3 else 1 if length <= 5 else 2 if length <= 8 else 3
    scores = np.zeros(len(vocabulary))
    if mistakes:
        beginnings = [
            vocabulary_word[: length + 1] if len(vocabulary_word) > length + mistakes else ""
            for vocabulary_word in vocabulary
        ]
        scores = np.maximum(
            _close(word, vocabulary, mistakes, _CLOSE), _close(word, beginnings, mistakes, _CLOSE_BEGINNING)
        )
    number = bisect_left(vocabulary, word)
    while number < len(vocabulary) and vocabulary[number].startswith(word):
        beyond = len(vocabulary[number]) - length
        scores[number] = max(scores[number], _BEGINNING - min(beyond, 8) / 2) if beyond else _SAME
        number += 1
    return scores


def _close(word: str, vocabulary: Sequence[str], mistakes: int, top: float) -> Scores:
    far = process.cdist([word], vocabulary, scorer=OSA.distance, score_cutoff=mistakes)[0].astype(np.float64)
    return np.where(far > mistakes, 0, top - far * 9)


def texts_by_skill(names: Iterable[Name]) -> Mapping[int, dict[str, str]]:
    """Return the names that are no synonyms, by skill and language."""
    texts: dict[int, dict[str, str]] = {}
    for name in names:
        if not name.is_synonym:
            texts.setdefault(name.skill_id, {})[name.language] = name.text
    return texts
