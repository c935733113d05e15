"""The tables of people and their answers, one file for each noun."""

from registrations.models.access_log import Look
from registrations.models.answer_rows import Offer, SpokenLanguage, Window, Wish
from registrations.models.consents import Consent, has_agreed
from registrations.models.eligibility import Eligibility
from registrations.models.imports import ClaimInvitation, ImportedKey, ImportedRow
from registrations.models.members import Block, Member, WorkingGroupSeat, WorkingGroupSeatQuerySet
from registrations.models.merges import SkillMerge
from registrations.models.overruled import OverruledDecision
from registrations.models.reference import (
    HEIR_OF_SKILL,
    Group,
    GroupAlias,
    Role,
    RoleName,
    Skill,
    SkillName,
    SkillQuerySet,
    SkillSuggestion,
    heir_at,
)
from registrations.models.registration import Registration, RegistrationQuerySet
from registrations.models.reviews import OpenReview, ReviewNote, ReviewSnapshot
from registrations.models.sensitive import SensitiveAnswer, SensitiveTally
from registrations.models.sign_in import SignInCode
from registrations.models.team import TeamMessage
from registrations.models.uploads import ImportUpload
from registrations.models.visitor_answers import KeptAnswers

__all__ = [
    "HEIR_OF_SKILL",
    "Block",
    "ClaimInvitation",
    "Consent",
    "Eligibility",
    "Group",
    "GroupAlias",
    "ImportUpload",
    "ImportedKey",
    "ImportedRow",
    "KeptAnswers",
    "Look",
    "Member",
    "Offer",
    "OpenReview",
    "OverruledDecision",
    "Registration",
    "RegistrationQuerySet",
    "ReviewNote",
    "ReviewSnapshot",
    "Role",
    "RoleName",
    "SensitiveAnswer",
    "SensitiveTally",
    "SignInCode",
    "Skill",
    "SkillMerge",
    "SkillName",
    "SkillQuerySet",
    "SkillSuggestion",
    "SpokenLanguage",
    "TeamMessage",
    "Window",
    "Wish",
    "WorkingGroupSeat",
    "WorkingGroupSeatQuerySet",
    "has_agreed",
    "heir_at",
]
