"""The six main roles of the old form, in the five languages; the order is the form's."""

ROLES: dict[str, dict[str, str]] = {
    "paid-staff": {
        "en": "Paid staff of an affiliate or user group",
        "es": "Personal remunerado de un afiliado o grupo de usuarios",
        "ar": "عمل بأجر لدى جهة منتسبة أو مجموعة مستخدمين",
        "fr": "Personnel salarié d’un affilié ou d’un groupe d’utilisateurs",
        "pt": "Equipe remunerada de um afiliado ou grupo de usuários",
    },
    "volunteer-staff": {
        "en": "Volunteer staff of an affiliate or user group",
        "es": "Personal voluntario de un afiliado o grupo de usuarios",
        "ar": "عمل تطوعي دائم لدى جهة منتسبة أو مجموعة مستخدمين",
        "fr": "Personnel bénévole d’un affilié ou d’un groupe d’utilisateurs",
        "pt": "Equipe voluntária de um afiliado ou grupo de usuários",
    },
    "executive-director": {
        "en": "Executive director of an affiliate or user group",
        "es": "Dirección ejecutiva de un afiliado o grupo de usuarios",
        "ar": "إدارة تنفيذية لجهة منتسبة أو مجموعة مستخدمين",
        "fr": "Direction exécutive d’un affilié ou d’un groupe d’utilisateurs",
        "pt": "Direção executiva de um afiliado ou grupo de usuários",
    },
    "board-member": {
        "en": "Board member of an affiliate or user group",
        "es": "Integrante de la junta directiva de un afiliado o grupo de usuarios",
        "ar": "عضوية مجلس إدارة جهة منتسبة أو مجموعة مستخدمين",
        "fr": "Membre du conseil d’administration d’un affilié ou d’un groupe d’utilisateurs",
        "pt": "Membro do conselho de um afiliado ou grupo de usuários",
    },
    "volunteer-organizer": {
        "en": "Volunteer organizer, mostly outside groups",
        "es": "Persona voluntaria que organiza actividades, sobre todo fuera de grupos",
        "ar": "تنظيم الأنشطة تطوعًا، غالبًا خارج المجموعات",
        "fr": "Bénévole qui organise des activités, surtout hors des groupes",
        "pt": "Pessoa voluntária que organiza atividades, principalmente fora de grupos",
    },
    "individual-editor": {
        "en": "Individual volunteer who edits",
        "es": "Persona voluntaria que edita",
        "ar": "تحرير تطوعي بصفة فردية",
        "fr": "Bénévole qui contribue à titre individuel",
        "pt": "Pessoa voluntária que edita",
    },
}
