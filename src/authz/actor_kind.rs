//! The kinds of actors.

crate::text_enum! {
    /// Who makes a change, whatever authenticated them.
    pub enum ActorKind {
        /// A person with an account.
        User = "user",
        /// An API key of an organization.
        ApiKey = "api_key",
        /// An operator of this instance: in the operator console or in a support session.
        Operator = "operator",
        /// Tenantry itself: a background job or a command.
        System = "system",
    }
}
