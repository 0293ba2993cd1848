//! Why a person has to prove again who they are.

crate::text_enum! {
    /// Why a session is not accepted as it is.
    pub enum ConfirmReason {
        /// No request for longer than an organization allows.
        Idle = "idle",
        /// The last proof is older than an organization allows.
        Age = "age",
        /// Someone ended the sessions of the member or of everyone.
        Ended = "ended",
        /// A sensitive change, and the last proof is too old for it.
        StepUp = "step-up",
    }
}
