"""Who and what stands in the demo: names, people, product lines. Invented."""

from __future__ import annotations

from dataclasses import dataclass

from prm.kernel.roles import Role
from prm.kernel.text import sort_key

PASSWORD = "welcome-to-the-demo"  # noqa: S105 - printed on the screen, for a demo on loopback


def domain_of(name: str) -> str:
    """The web domain of a company by its name, as one would write it without the accents."""
    return "".join(c for c in sort_key(name) if c.isascii() and c.isalnum()) + ".example"


@dataclass(frozen=True)
class Person:
    """A person of the demo with a login."""

    name: str
    email: str
    roles: tuple[Role, ...]
    title: str
    partner: str = ""


@dataclass(frozen=True)
class Vendor:
    """A vendor of the demo."""

    name: str
    slug: str
    currency: str
    time_zone: str
    locale: str
    fy_start_month: int
    brand: str
    accent: str
    partners: int
    people: tuple[Person, ...]
    lines: tuple[tuple[str, str], ...]
    seed: int


ACME = Vendor(
    name="Acme",
    slug="acme",
    currency="USD",
    time_zone="America/New_York",
    locale="en",
    fy_start_month=2,
    brand="#1f5fa8",
    accent="#d9822b",
    partners=60,
    seed=11,
    lines=(("security", "Security"), ("networking", "Networking"), ("cloud", "Cloud"), ("services", "Services")),
    people=(
        Person("Carla Mendes", "carla@acme.example", (Role.ACCOUNT_MANAGER,), "Account manager, East"),
        Person("Ben Okafor", "ben@acme.example", (Role.ACCOUNT_MANAGER,), "Account manager, West"),
        Person("Sofia Lindqvist", "sofia@acme.example", (Role.ACCOUNT_MANAGER,), "Account manager, Europe"),
        Person("Minh Tran", "minh@acme.example", (Role.ACCOUNT_MANAGER,), "Account manager, Asia"),
        Person("Ruth Adler", "ruth@acme.example", (Role.CHANNEL_CHIEF,), "Channel chief"),
        Person("Owen Price", "owen@acme.example", (Role.OPERATIONS,), "Channel operations"),
        Person("Maya Haddad", "maya@acme.example", (Role.MARKETING,), "Channel marketing"),
        Person("Felix Brandt", "felix@acme.example", (Role.FINANCE,), "Finance"),
        Person("Ada Novak", "ada@acme.example", (Role.TENANT_ADMIN,), "Administrator"),
        Person("Tom Weaver", "tom@acme.example", (Role.AUDITOR,), "Auditor"),
        Person("Paula Ortiz", "paula@northwind.example", (Role.CHAMPION,), "Managing director", "Northwind Systems"),
        Person("Sam Keller", "sam@northwind.example", (Role.PARTNER_SALES,), "Sales", "Northwind Systems"),
        Person(
            "Diego Rivas",
            "diego@rioclaro.example",
            (Role.DISTRIBUTOR, Role.CHAMPION),
            "Managing director",
            "Compañía Río Claro",
        ),
        Person("Bea Both", "bea@both.example", (Role.CHAMPION,), "Partner manager", "Blue Harbor Consulting"),
    ),
)
GLOBEX = Vendor(
    name="Globex",
    slug="globex",
    currency="EUR",
    time_zone="Europe/Berlin",
    locale="de",
    fy_start_month=1,
    brand="#2e7d5b",
    accent="#7a4fa3",
    partners=12,
    seed=23,
    lines=(("storage", "Storage"), ("backup", "Backup"), ("support", "Support")),
    people=(
        Person("Greta Vogel", "greta@globex.example", (Role.ACCOUNT_MANAGER,), "Account manager"),
        Person("Hugo Marchand", "hugo@globex.example", (Role.CHANNEL_CHIEF,), "Channel chief"),
        Person("Bea Both", "bea@both.example", (Role.CHAMPION,), "Partner manager", "Blue Harbor Consulting"),
    ),
)
VENDORS = (ACME, GLOBEX)

# The first names are fixed, because people of the demo work there; the others are drawn.
FIXED_PARTNERS = ("Northwind Systems", "Blue Harbor Consulting", "Südstern Netzwerke", "Compañía Río Claro")
FIRST_WORDS = (
    "Alder", "Bright", "Cedar", "Delta", "Ember", "Fjord", "Granite", "Harbor", "Indigo", "Juniper", "Keystone",
    "Lumen", "Meridian", "Nimbus", "Orchard", "Pioneer", "Quartz", "Ridge", "Summit", "Tideway", "Umbra", "Vertex",
    "Willow", "Zenith", "Atlas", "Beacon", "Cobalt", "Drift", "Echo", "Falcon",
)  # fmt: skip
SECOND_WORDS = ("IT", "Networks", "Systems", "Solutions", "Digital", "Data", "Cloud", "Consulting", "Technik", "Secure")
SOURCES = ("Trade fair", "Recommended by a partner", "Website", "Own research", "Distributor")
PLACES = (
    ("US", "Boston"), ("US", "Denver"), ("US", "Austin"), ("CA", "Toronto"), ("DE", "Köln"), ("GB", "Leeds"),
    ("FR", "Lyon"), ("SE", "Malmö"), ("SG", "Singapore"), ("AU", "Perth"), ("NL", "Utrecht"), ("ES", "Sevilla"),
)  # fmt: skip
GIVEN_NAMES = (
    "Anna", "Bruno", "Chloé", "Daniel", "Elif", "Farid", "Grace", "Hana", "Ivan", "Jana", "Kofi", "Lena", "Marco",
    "Nadia", "Oskar", "Priya", "Quinn", "Rosa", "Stefan", "Tara",
)  # fmt: skip
FAMILY_NAMES = (
    "Abel", "Berg", "Costa", "Dietz", "Evans", "Fuchs", "García", "Holm", "Ito", "Jansen", "Kaya", "Lopez", "Meyer",
    "Nagy", "Olsen", "Park", "Rossi", "Silva", "Tóth", "Weber",
)  # fmt: skip
