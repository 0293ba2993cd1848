//! Whether someone needs another organization, or another company in the one they have.

/// `yes`, `no`, or nothing yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct AdviceQuery {
    /// Whether it has other owners.
    pub owners: String,
    /// Whether it has its own billing.
    pub billing: String,
    /// Whether its data is hidden from present owners and admins.
    pub walls: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganizationAdvice {
    Organization,
    Company,
}

impl AdviceQuery {
    pub fn is_begun(&self) -> bool {
        *self != Self::default()
    }

    /// `None` until each question is answered.
    pub fn advice(&self) -> Option<OrganizationAdvice> {
        let answers = [&self.owners, &self.billing, &self.walls];
        if answers.iter().any(|answer| !matches!(answer.as_str(), "yes" | "no")) {
            return None;
        }
        Some(if answers.iter().any(|answer| *answer == "yes") {
            OrganizationAdvice::Organization
        } else {
            OrganizationAdvice::Company
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separate_owners_billing_or_data_need_another_organization() {
        let answers = |owners: &str, billing: &str, walls: &str| AdviceQuery {
            owners: owners.into(),
            billing: billing.into(),
            walls: walls.into(),
        };
        assert_eq!(answers("no", "no", "no").advice(), Some(OrganizationAdvice::Company));
        assert_eq!(
            answers("no", "yes", "no").advice(),
            Some(OrganizationAdvice::Organization)
        );
        assert_eq!(answers("yes", "", "no").advice(), None);
        assert_eq!(answers("yes", "maybe", "no").advice(), None);
        assert!(!AdviceQuery::default().is_begun());
    }
}
