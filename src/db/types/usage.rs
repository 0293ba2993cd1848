//! What companies report, as it is stored.

crate::text_enum! {
    /// What is counted. The texts are the types of usage events.
    pub enum Meter {
        VoiceSeconds = "voice_seconds",
        Calls = "calls",
        SmsSegments = "sms_segments",
        SelfHealingActions = "self_healing_actions",
        /// Fees of the `WhatsApp` Business API, in the unit in which they are reported.
        WabaFee = "waba_fee",
        Leads = "leads",
    }
}

impl Meter {
    /// The words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::VoiceSeconds => "Voice",
            Self::Calls => "Calls",
            Self::SmsSegments => "SMS segments",
            Self::SelfHealingActions => "Self-healing actions",
            Self::WabaFee => "WhatsApp fees",
            Self::Leads => "Leads",
        }
    }

    /// One unit and several.
    pub fn unit(self) -> (&'static str, &'static str) {
        match self {
            Self::VoiceSeconds => ("second", "seconds"),
            Self::Calls => ("call", "calls"),
            Self::SmsSegments => ("segment", "segments"),
            Self::SelfHealingActions => ("action", "actions"),
            Self::WabaFee => ("fee", "fees"),
            Self::Leads => ("lead", "leads"),
        }
    }
}

crate::text_enum! {
    /// What a sum adds up, besides a single company.
    pub enum SumScope {
        /// The companies that are active now.
        Active = "active",
        /// The companies that are archived now.
        Archived = "archived",
    }
}
