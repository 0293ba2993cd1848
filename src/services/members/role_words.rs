//! What a role can do, said to the person who has it.

use crate::services::members::role::Title;

impl Title {
    /// [`Title::can`] with "you" for the person who has the role.
    pub fn you_can(&self, many: &str) -> String {
        match self {
            Self::Plain(role) => role.you_can(many),
            Self::Custom(_) => self.can(many),
        }
    }
}
