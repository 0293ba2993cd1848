//! The columns of the lines of companies.

use crate::auth::actor::Actor;
use crate::common::currency::Currency;
use crate::db::types::usage::Meter;
use crate::handlers::reporting::query::AskedReport;
use crate::handlers::reporting::usage_query::REPORTED;
use crate::services::reports::{CostSection, Figures};
use crate::web::figures;

crate::text_enum! {
    /// A column.
    pub enum Column {
        Company = "company",
        Cases = "cases",
        Campaigns = "campaigns",
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
            Self::Campaigns => "Campaigns",
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

    /// The page of a company's figure: its events, its days, or its costs. `None` for readers who may not open it.
    pub fn lines(self, actor: &Actor, asked: &AskedReport, slug: &str) -> Option<String> {
        let days = format!("from={}&to={}", asked.days.from.iso(), asked.days.to.iso());
        let archived = if asked.archived { "&archived=on" } else { "" };
        let usage = |figure: &str| actor.path(&format!("/companies/{slug}/usage?meter={figure}&{days}"));
        let opens = actor.permissions.view_company_reports();
        match self {
            Self::Company => None,
            Self::Taxes | Self::Total => {
                Some(actor.path(&format!("/reporting?period=custom&{days}&company={slug}{archived}")))
            }
            Self::Cases | Self::Campaigns | Self::Recovery => opens.then(|| usage(REPORTED)),
            _ => self.meter().filter(|_| opens).map(|meter| usage(meter.as_str())),
        }
    }

    /// The value; `None` for one that was not reported.
    pub fn known(self, figures: &Figures) -> Option<i64> {
        match self {
            Self::Cases => figures.latest.cases_open,
            Self::Campaigns => figures.latest.campaigns_active,
            Self::Recovery => figures.recovery(),
            _ => Some(self.value(figures)),
        }
    }

    /// The value by which companies are sorted.
    pub fn value(self, figures: &Figures) -> i64 {
        match self {
            Self::Company => 0,
            Self::Cases | Self::Campaigns | Self::Recovery => self.known(figures).unwrap_or(-1),
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
            Self::Cases | Self::Campaigns => figures::or_dash(self.known(figures)),
            Self::Recovery => figures::percent(figures.recovery()),
            Self::Calls => figures::quantity(Meter::Calls, self.value(figures)),
            Self::Minutes => figures::quantity(Meter::VoiceSeconds, self.value(figures)),
            Self::Sms => figures::quantity(Meter::SmsSegments, self.value(figures)),
            _ => figures::amount(currency, self.value(figures)),
        }
    }
}
