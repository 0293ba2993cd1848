//! The columns of the lines of companies.

use crate::common::currency::Currency;
use crate::db::types::usage::Meter;
use crate::handlers::reporting::figures;
use crate::services::reports::{CostSection, Figures};

crate::text_enum! {
    /// A column.
    pub enum Column {
        Company = "company",
        Cases = "cases",
        Recovery = "recovery",
        Calls = "calls",
        Minutes = "voice_minutes",
        Sms = "sms",
        VoiceCost = "voice_cost",
        SmsCost = "sms_cost",
        SelfHealing = "self_healing",
        Fees = "fees",
        Taxes = "taxes",
        Total = "total",
    }
}

impl Column {
    pub fn is_money(self) -> bool {
        matches!(
            self,
            Self::VoiceCost | Self::SmsCost | Self::SelfHealing | Self::Fees | Self::Taxes | Self::Total
        )
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Company => "",
            Self::Cases => "Cases",
            Self::Recovery => "Recovery",
            Self::Calls => "Calls",
            Self::Minutes => "Minutes",
            Self::Sms => "SMS",
            Self::VoiceCost => "Voice",
            Self::SmsCost => "SMS cost",
            Self::SelfHealing => "Self-healing",
            Self::Fees => "Fees",
            Self::Taxes => "Taxes",
            Self::Total => "Total",
        }
    }

    /// The meter whose events make the figure.
    pub fn meter(self) -> Option<Meter> {
        Some(match self {
            Self::Calls => Meter::Calls,
            Self::Minutes | Self::VoiceCost => Meter::VoiceSeconds,
            Self::Sms | Self::SmsCost => Meter::SmsSegments,
            Self::SelfHealing => Meter::SelfHealingActions,
            Self::Fees => Meter::WabaFee,
            _ => return None,
        })
    }

    pub fn value(self, figures: &Figures) -> i64 {
        match self {
            Self::Company => 0,
            Self::Cases => figures.latest.cases_open.unwrap_or(-1),
            Self::Recovery => figures.recovery().unwrap_or(-1),
            Self::Calls => figures.quantities.get(Meter::Calls),
            Self::Minutes => figures.quantities.get(Meter::VoiceSeconds),
            Self::Sms => figures.quantities.get(Meter::SmsSegments),
            Self::VoiceCost => figures.section(CostSection::Voice),
            Self::SmsCost => figures.section(CostSection::Sms),
            Self::SelfHealing => figures.section(CostSection::SelfHealing),
            Self::Fees => figures.section(CostSection::Fees),
            Self::Taxes => figures.cost().tax,
            Self::Total => figures.cost().total(),
        }
    }

    pub fn text(self, figures: &Figures, currency: Option<Currency>) -> String {
        match self {
            Self::Company => String::new(),
            Self::Cases => figures::or_dash(figures.latest.cases_open),
            Self::Recovery => figures::percent(figures.recovery()),
            Self::Calls => figures::quantity(Meter::Calls, self.value(figures)),
            Self::Minutes => figures::quantity(Meter::VoiceSeconds, self.value(figures)),
            Self::Sms => figures::quantity(Meter::SmsSegments, self.value(figures)),
            _ => figures::amount(currency, self.value(figures)),
        }
    }
}
