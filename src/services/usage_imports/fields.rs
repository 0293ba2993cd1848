//! What a column of a file can have.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::db::types::usage_import::ImportKind;

crate::text_enum! {
    /// What a column has.
    pub enum ImportField {
        Company = "company",
        Meter = "meter",
        Quantity = "quantity",
        Time = "time",
        Id = "id",
        Source = "source",
        Date = "date",
        CasesOpen = "cases_open",
        CasesNew = "cases_new",
        CasesClosed = "cases_closed",
        CampaignsActive = "campaigns_active",
        PlacedMinor = "placed_minor",
        RecoveredMinor = "recovered_minor",
    }
}

impl Serialize for ImportField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ImportField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("no field of an import"))
    }
}

/// The figures of a day.
pub const FIGURES: [ImportField; 6] = [
    ImportField::CasesOpen,
    ImportField::CasesNew,
    ImportField::CasesClosed,
    ImportField::CampaignsActive,
    ImportField::PlacedMinor,
    ImportField::RecoveredMinor,
];

impl ImportField {
    /// The fields of a kind of file.
    pub fn of(kind: ImportKind) -> &'static [Self] {
        match kind {
            ImportKind::Events => &[
                Self::Company,
                Self::Meter,
                Self::Quantity,
                Self::Time,
                Self::Id,
                Self::Source,
            ],
            ImportKind::Facts => &[
                Self::Company,
                Self::Date,
                Self::CasesOpen,
                Self::CasesNew,
                Self::CasesClosed,
                Self::CampaignsActive,
                Self::PlacedMinor,
                Self::RecoveredMinor,
            ],
        }
    }

    /// The words by which a header names the field.
    pub(super) fn words(self) -> &'static [&'static str] {
        match self {
            Self::Company => &[
                "company",
                "subject",
                "companyslug",
                "slug",
                "client",
                "business",
                "workspace",
                "app",
                "location",
                "firma",
                "unternehmen",
                "entreprise",
                "azienda",
                "empresa",
                "bedrijf",
            ],
            Self::Meter => &["meter", "type", "metric", "event", "eventtype", "zähler", "art"],
            Self::Quantity => &[
                "quantity",
                "dataquantity",
                "amount",
                "value",
                "count",
                "qty",
                "menge",
                "anzahl",
                "quantité",
                "cantidad",
            ],
            Self::Time => &[
                "time",
                "timestamp",
                "date",
                "datetime",
                "occurredat",
                "at",
                "zeit",
                "datum",
                "heure",
                "fecha",
            ],
            Self::Id => &["id", "eventid", "idempotencykey", "reference", "uuid"],
            Self::Source => &["source", "system", "quelle", "origin"],
            Self::Date => &["date", "day", "datum", "tag", "jour", "fecha", "data"],
            Self::CasesOpen => &["casesopen", "opencases", "open", "totalcases", "cases"],
            Self::CasesNew => &["casesnew", "newcases", "new", "opened"],
            Self::CasesClosed => &["casesclosed", "closedcases", "closed"],
            Self::CampaignsActive => &["campaignsactive", "activecampaigns", "campaigns"],
            Self::PlacedMinor => &["placedminor", "placed"],
            Self::RecoveredMinor => &["recoveredminor", "recovered"],
        }
    }
}
