//! The words of the story: names, places, channels, and what people say.

/// How somebody came: UTM values and the site that sent them; empty means not set.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) source: &'static str,
    pub(crate) medium: &'static str,
    pub(crate) campaign: &'static str,
    pub(crate) referrer: &'static str,
    /// Out of a hundred visitors, how many come this way.
    pub(crate) weight: u32,
    /// The chance that a visitor who came this way signs up.
    pub(crate) signs_up: f64,
}

pub(crate) const CHANNELS: [Channel; 7] = [
    Channel { source: "google", medium: "organic", campaign: "", referrer: "www.google.com", weight: 27, signs_up: 0.46 },
    Channel { source: "google", medium: "cpc", campaign: "emailing-fr", referrer: "www.google.com", weight: 21, signs_up: 0.29 },
    Channel { source: "newsletter", medium: "email", campaign: "autumn", referrer: "", weight: 11, signs_up: 0.66 },
    Channel { source: "linkedin", medium: "social", campaign: "founders", referrer: "www.linkedin.com", weight: 13, signs_up: 0.34 },
    Channel { source: "partner", medium: "referral", campaign: "shop-plugin", referrer: "plugins.boutique.example", weight: 8, signs_up: 0.74 },
    Channel { source: "podcast", medium: "audio", campaign: "episode-41", referrer: "", weight: 4, signs_up: 0.55 },
    Channel { source: "", medium: "", campaign: "", referrer: "", weight: 16, signs_up: 0.50 },
];

/// Country, its cities, language, hours from UTC in winter, weight.
pub(crate) const PLACES: [(&str, [&str; 3], &str, i64, u32); 8] = [
    ("FR", ["Paris", "Lyon", "Nantes"], "fr", 1, 46),
    ("BE", ["Bruxelles", "Liège", "Namur"], "fr", 1, 9),
    ("CH", ["Genève", "Lausanne", "Fribourg"], "fr", 1, 6),
    ("CA", ["Montréal", "Québec", "Toronto"], "fr", -5, 8),
    ("GB", ["London", "Leeds", "Bristol"], "en", 0, 11),
    ("DE", ["Berlin", "Hamburg", "Köln"], "en", 1, 7),
    ("US", ["New York", "Boston", "Austin"], "en", -5, 9),
    ("ES", ["Madrid", "Valencia", "Bilbao"], "en", 1, 4),
];

/// Browser, system, device, weight.
pub(crate) const DEVICES: [(&str, &str, &str, u32); 8] = [
    ("Chrome", "Windows", "Desktop", 31),
    ("Chrome", "macOS", "Desktop", 15),
    ("Safari", "macOS", "Desktop", 16),
    ("Firefox", "Windows", "Desktop", 8),
    ("Edge", "Windows", "Desktop", 10),
    ("Firefox", "Linux", "Desktop", 4),
    ("Mobile Safari", "iOS", "Mobile", 9),
    ("Chrome Mobile", "Android", "Mobile", 7),
];

pub(crate) const FIRST_NAMES_FR: [&str; 24] = [
    "Camille", "Léa", "Manon", "Chloé", "Inès", "Jeanne", "Louise", "Sarah", "Awa", "Nadia", "Margaux", "Élise", "Hugo", "Louis", "Gabriel", "Jules", "Adam",
    "Raphaël", "Théo", "Nathan", "Karim", "Mathis", "Antoine", "Olivier",
];
pub(crate) const LAST_NAMES_FR: [&str; 24] = [
    "Martin", "Bernard", "Thomas", "Petit", "Robert", "Richard", "Durand", "Dubois", "Moreau", "Laurent", "Simon", "Michel", "Lefèvre", "Leroy", "Roux",
    "Diallo", "Morel", "Fournier", "Girard", "Bonnet", "Dupont", "Lambert", "Benali", "Rousseau",
];
pub(crate) const FIRST_NAMES_EN: [&str; 20] = [
    "Olivia", "Emma", "Amelia", "Grace", "Hannah", "Priya", "Zoe", "Lena", "Marta", "Ada", "Liam", "Noah", "Oliver", "Jack", "Oscar", "Felix", "Jonas",
    "Diego", "Samir", "Ethan",
];
pub(crate) const LAST_NAMES_EN: [&str; 20] = [
    "Smith", "Jones", "Taylor", "Brown", "Wilson", "Evans", "Walker", "Wright", "Khan", "Patel", "Müller", "Schmidt", "Becker", "García", "López", "Clark",
    "Young", "Hill", "Green", "Baker",
];
pub(crate) const COMPANY_WORDS: [&str; 26] = [
    "Atelier",
    "Rivage",
    "Boréal",
    "Tilleul",
    "Mistral",
    "Cobalt",
    "Lumen",
    "Granit",
    "Verveine",
    "Sarment",
    "Kestrel",
    "Harbor",
    "Northwind",
    "Juniper",
    "Copper",
    "Meadow",
    "Falcon",
    "Bramble",
    "Quartz",
    "Solstice",
    "Garance",
    "Pivoine",
    "Falaise",
    "Aubier",
    "Hêtre",
    "Orme",
];
pub(crate) const COMPANY_ENDINGS: [&str; 8] = ["& Fils", "Studio", "Conseil", "Shop", "Média", "Labs", "Voyages", "Santé"];
pub(crate) const INDUSTRIES: [&str; 6] = ["retail", "agency", "software", "media", "travel", "health"];
pub(crate) const ROLES: [&str; 4] = ["marketing", "founder", "sales", "communication"];

pub(crate) const TEMPLATES: [&str; 6] = ["newsletter", "promotion", "welcome", "invitation", "survey", "blank"];
pub(crate) const SEGMENTS: [&str; 5] = ["all contacts", "customers", "prospects", "inactive", "custom"];
pub(crate) const REASONS: [&str; 5] = ["too expensive", "too complicated", "missing feature", "switched to another tool", "project ended"];
