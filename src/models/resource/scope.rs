//! Which resources are listed, seen or managed together.

use crate::common::id::CompanyId;
use crate::db::types::inventory::{KnowledgeUse, ResourceKind};
use crate::models::resource::Resource;

/// Which resources someone sees or manages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceScope {
    Everything,
    /// Those of these companies, and of those of the whole organization what `shared` says.
    Companies {
        ids: Vec<CompanyId>,
        shared: SharedResources,
    },
}

/// Which resources of the whole organization belong to a scope of companies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedResources {
    None,
    /// All but knowledge sources.
    WithoutKnowledge,
    All,
}

impl From<KnowledgeUse> for SharedResources {
    fn from(knowledge: KnowledgeUse) -> Self {
        match knowledge {
            KnowledgeUse::Shared => Self::All,
            KnowledgeUse::Own => Self::WithoutKnowledge,
        }
    }
}

impl SharedResources {
    pub(super) fn has(self, kind: ResourceKind) -> bool {
        match self {
            Self::None => false,
            Self::WithoutKnowledge => kind != ResourceKind::KnowledgeSource,
            Self::All => true,
        }
    }
}

impl ResourceScope {
    /// Whether it has everything of a company, or of the whole organization (`None`).
    pub fn has(&self, company: Option<CompanyId>) -> bool {
        match (self, company) {
            (Self::Everything, _) => true,
            (Self::Companies { shared, .. }, None) => *shared == SharedResources::All,
            (Self::Companies { ids, .. }, Some(company)) => ids.contains(&company),
        }
    }

    pub(super) fn has_resource(&self, resource: &Resource) -> bool {
        match (self, resource.company_id()) {
            (Self::Companies { shared, .. }, None) => shared.has(resource.kind),
            (_, company) => self.has(company),
        }
    }
}
