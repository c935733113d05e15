"""Cells that name the main role."""

from functools import cache

from letsconnect.base import folding
from registrations.oldform.reading import text
from registrations.oldform.reading.cells import BLANK, Cell, guessed, understood, unread
from registrations.oldform.reading.names import Names
from registrations.reference.roles import ROLES

_ALSO = {
    "paid-staff": "Paid staff|Paid staff member|Staff (paid)|Personal remunerado|Personnel salarié|Salarié|"
    "Equipe remunerada|موظف بأجر لدى فرع أو مجموعة مستخدمين|"
    "Paid staff of an affiliate|Paid staff of a user group|paid staff of affiliate or user group",
    "volunteer-staff": "Volunteer staff|Staff (volunteer)|Personal voluntario|Personnel bénévole|Equipe voluntária|"
    "متطوع دائم لدى فرع أو مجموعة مستخدمين",
    "executive-director": "Executive director|Executive Director (ED)|Director ejecutivo|Directora ejecutiva|"
    "Directeur exécutif|Directrice exécutive|Directeur général|Diretor executivo|Diretora executiva|مدير تنفيذي|"
    "مديرة تنفيذية|المدير التنفيذي|مدير تنفيذي لفرع أو مجموعة مستخدمين",
    "board-member": "Board member|Member of the board|Board|Miembro de la junta|Miembro de la junta directiva|"
    "Membre du conseil d'administration|Membre du CA|Membro do conselho|Membro da diretoria|عضو مجلس إدارة|"
    "عضو مجلس الإدارة|عضوة مجلس الإدارة|عضو مجلس إدارة فرع أو مجموعة مستخدمين",
    "volunteer-organizer": "Volunteer organizer mostly outside user groups|"
    "Volunteer organiser mostly outside user groups|"
    "Volunteer organizer mostly outside groups|Volunteer organizer|Volunteer organiser|Organizador voluntario|"
    "Organizadora voluntaria|Organisateur bénévole|Organisatrice bénévole|Organizador voluntário|"
    "Organizadora voluntária|منظم متطوع|منظمة متطوعة|"
    "Organización voluntaria, sobre todo fuera de grupos|منظم متطوع، غالبًا خارج المجموعات|"
    "Organisation bénévole, surtout hors des groupes|Organização voluntária, principalmente fora de grupos",
    "individual-editor": "Individual volunteer|Editor individual|Editora individual|Individual volunteer editor|"
    "Individual volunteer who edits|"
    "Individual editor|"
    "Editor voluntario|Editora voluntaria|Contributeur individuel|Contributrice individuelle|Bénévole individuel|"
    "Editor voluntário|Editora voluntária|محرر متطوع|متطوع فردي|محررة متطوعة|"
    "متطوع فردي يحرر",
}
_ROUGHLY = {
    "paid-staff": "staff|employee|staff member|empleado|empleada|employé|employée|salariée|funcionário|funcionária|"
    "موظف|موظفة|program manager",
    "executive-director": "ed|director|ceo|directeur|directrice|diretor|diretora|مدير|مديرة",
    "board-member": "chair|president|treasurer|secretary|trustee|presidente|presidenta|président|présidente|tesorero|"
    "trésorier|رئيس",
    "volunteer-organizer": "organizer|organiser|community organizer|event organizer|organizador|organizadora|"
    "organisateur|organisatrice|منظم",
    "individual-editor": "editor|wikipedian|wikimedian|contributor|editora|contributeur|contributrice|wikipédien|"
    "wikipédienne|"
    "wikipedista|محرر|محررة|ويكيبيدي|volunteer editor|just an editor|user",
}
_ROUGH = {folding.key(word): slug for slug, words in _ROUGHLY.items() for word in words.split("|")}


@cache
def index() -> Names:
    names_of_roles = Names()
    for slug, names in ROLES.items():
        names_of_roles.add(slug, slug)
        names_of_roles.add_all((name, slug) for name in names.values())
        names_of_roles.add_all((name, slug) for name in _ALSO[slug].split("|"))
    return names_of_roles


def read(answer: str) -> Cell:
    """Return the slug of the role that an answer names."""
    tidy = folding.tidy(answer)
    if not tidy:
        return BLANK
    if text.says_nothing(tidy):
        return understood(None)
    if codes := index().find(tidy):
        return understood(next(iter(codes)))
    answer_key = folding.key(tidy)
    codes = {_ROUGH[answer_key]} if answer_key in _ROUGH else index().close_to(tidy)
    parts = text.split_outside_brackets(tidy, ",;/|\n")
    if not codes and len(parts) > 1:
        codes = set.union(*(index().find(part) for part in parts[:1]))
    if len(codes) == 1:
        slug = next(iter(codes))
        return guessed(slug, f"taken as “{ROLES[slug]['en']}”")
    return unread("none of the six roles")
