//! Who is in the demo, and where.

use crate::authz::role::{CompanyRole, Role};
use crate::db::types::organization::{InvitationStatus, OrganizationType, Region, UnitLabel};

/// The one password of the demo.
pub const PASSWORD: &str = "harbor-lantern-42";

/// A role in a company, by the company's slug.
pub type DemoAssignment = (&'static str, CompanyRole);

/// An organization with its people.
pub struct DemoOrganization {
    pub name: &'static str,
    pub slug: &'static str,
    pub organization_type: OrganizationType,
    pub unit: UnitLabel,
    pub region: Region,
    pub domain: &'static str,
    pub owner: &'static str,
    pub companies: &'static [&'static str],
    /// Address, role, companies by slug with a role each.
    pub members: &'static [(&'static str, Role, &'static [DemoAssignment])],
    pub invitations: &'static [DemoInvitation],
}

/// An invited person.
pub struct DemoInvitation {
    pub email: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub role: Role,
    pub companies: &'static [DemoAssignment],
    pub message: &'static str,
    /// When the email was sent.
    pub minutes_ago: i64,
    pub status: InvitationStatus,
}

/// A login per role, as the demo prints it.
pub const LOGINS: &[(&str, &str)] = &[
    (
        "ops@tenantry.example",
        "Operator of the instance, owner of Fern & Kettle; Sunbeam Agency allows support access",
    ),
    (
        "maya@meridian.example",
        "Owner of Meridian Collections, admin of Sunbeam Agency, has a pending invitation",
    ),
    ("daniel.reyes@meridian.example", "Admin"),
    ("ingrid@meridian.example", "Billing admin"),
    ("tomasz@meridian.example", "User admin"),
    ("aaliyah@meridian.example", "Editor"),
    ("kenji@meridian.example", "Viewer"),
    ("priya.raman@harbor.example", "Member, manager of Harbor Recovery"),
    (
        "leon@bluewater.example",
        "Member, editor in Bluewater Financial and Atlas Receivables",
    ),
    ("sofia@ridgeline.example", "Member, viewer of Ridgeline Services"),
    (
        "hana.kim@harbor.example",
        "No organization yet, has a pending invitation",
    ),
];

/// Name and address of each account. The first one is an operator.
pub const CAST: &[(&str, &str)] = &[
    ("Robin Okafor", "ops@tenantry.example"),
    ("Maya Okonkwo", "maya@meridian.example"),
    ("Daniel Reyes", "daniel.reyes@meridian.example"),
    ("Ingrid Solberg", "ingrid@meridian.example"),
    ("Tomasz Wójcik", "tomasz@meridian.example"),
    ("Aaliyah Brooks", "aaliyah@meridian.example"),
    ("Kenji Watanabe", "kenji@meridian.example"),
    ("Priya Raman", "priya.raman@harbor.example"),
    ("Leon Fischer", "leon@bluewater.example"),
    ("Sofia Marchetti", "sofia@ridgeline.example"),
    ("Oluwaseun Adeyemi", "seun.adeyemi@atlas.example"),
    ("Noor Haddad", "noor@pinecrest.example"),
    ("Hana Kim", "hana.kim@harbor.example"),
    ("Olivia Hart", "olivia@sunbeam.example"),
    ("Ben Castillo", "ben@sunbeam.example"),
    ("Zoé Moreau", "zoe@sunbeam.example"),
    ("Jürgen Brandt", "juergen@brightleaf.example"),
    ("Amara Nwosu", "amara@fernkettle.example"),
    ("Theo Lindqvist", "theo@fernkettle.example"),
];

const fn waits(
    email: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    role: Role,
    hours_ago: i64,
) -> DemoInvitation {
    DemoInvitation {
        email,
        first_name,
        last_name,
        role,
        companies: &[],
        message: "",
        minutes_ago: hours_ago * 60,
        status: InvitationStatus::Pending,
    }
}

const fn closed(email: &'static str, role: Role, days_ago: i64, status: InvitationStatus) -> DemoInvitation {
    DemoInvitation {
        email,
        first_name: "",
        last_name: "",
        role,
        companies: &[],
        message: "",
        minutes_ago: days_ago * 24 * 60,
        status,
    }
}

/// The three organizations.
pub const ORGANIZATIONS: &[DemoOrganization] = &[
    DemoOrganization {
        name: "Meridian Collections",
        slug: "meridian",
        organization_type: OrganizationType::Enterprise,
        unit: UnitLabel::Company,
        region: Region::UnitedStates,
        domain: "meridian.example",
        owner: "maya@meridian.example",
        companies: &[
            "Harbor Recovery",
            "Atlas Receivables",
            "Pinecrest Credit",
            "Bluewater Financial",
            "Summit Accounts",
            "Ridgeline Services",
        ],
        members: &[
            ("daniel.reyes@meridian.example", Role::Admin, &[]),
            ("ingrid@meridian.example", Role::BillingAdmin, &[]),
            ("tomasz@meridian.example", Role::UserAdmin, &[]),
            ("aaliyah@meridian.example", Role::Editor, &[]),
            ("kenji@meridian.example", Role::Viewer, &[]),
            (
                "priya.raman@harbor.example",
                Role::Member,
                &[("harbor-recovery", CompanyRole::Manager)],
            ),
            (
                "leon@bluewater.example",
                Role::Member,
                &[
                    ("bluewater-financial", CompanyRole::Editor),
                    ("atlas-receivables", CompanyRole::Editor),
                ],
            ),
            (
                "sofia@ridgeline.example",
                Role::Member,
                &[("ridgeline-services", CompanyRole::Viewer)],
            ),
            (
                "seun.adeyemi@atlas.example",
                Role::Member,
                &[("atlas-receivables", CompanyRole::Manager)],
            ),
            (
                "noor@pinecrest.example",
                Role::Member,
                &[
                    ("pinecrest-credit", CompanyRole::Editor),
                    ("summit-accounts", CompanyRole::Editor),
                    ("harbor-recovery", CompanyRole::Viewer),
                ],
            ),
        ],
        invitations: &[
            DemoInvitation {
                email: "hana.kim@harbor.example",
                first_name: "Hana",
                last_name: "Kim",
                role: Role::Member,
                companies: &[("harbor-recovery", CompanyRole::Viewer)],
                message: "Welcome to the Harbor team. Priya shows you around on Monday.",
                minutes_ago: 26 * 60,
                status: InvitationStatus::Pending,
            },
            waits("luis.ortega@summit.example", "Luis", "Ortega", Role::Editor, 130),
            waits("grace.bell@meridian.example", "Grace", "Bell", Role::Viewer, 1),
            closed(
                "former.partner@atlas.example",
                Role::Viewer,
                12,
                InvitationStatus::Expired,
            ),
            closed(
                "wrong.address@bluewater.example",
                Role::Member,
                9,
                InvitationStatus::Cancelled,
            ),
            closed(
                "declined@ridgeline.example",
                Role::Viewer,
                8,
                InvitationStatus::Declined,
            ),
            closed("kenji@meridian.example", Role::Viewer, 31, InvitationStatus::Accepted),
            closed("noor@pinecrest.example", Role::Member, 31, InvitationStatus::Superseded),
        ],
    },
    DemoOrganization {
        name: "Sunbeam Agency",
        slug: "sunbeam",
        organization_type: OrganizationType::Partner,
        unit: UnitLabel::Client,
        region: Region::Europe,
        domain: "sunbeam.example",
        owner: "olivia@sunbeam.example",
        companies: &[
            "Brightleaf Dental",
            "Corner Bakery",
            "Juniper Yoga",
            "Oak & Iron",
            "Paperboat Books",
            "Quill Legal",
            "Redwood Physio",
            "Sable Coffee",
            "Tidewater Inn",
            "Umber Pottery",
            "Violet Florists",
            "Willow Vets",
        ],
        members: &[
            ("maya@meridian.example", Role::Admin, &[]),
            ("ben@sunbeam.example", Role::UserAdmin, &[]),
            ("zoe@sunbeam.example", Role::Editor, &[]),
            (
                "juergen@brightleaf.example",
                Role::Member,
                &[("brightleaf-dental", CompanyRole::Manager)],
            ),
        ],
        invitations: &[waits(
            "new.client@cornerbakery.example",
            "Rosa",
            "Marin",
            Role::Member,
            50,
        )],
    },
    DemoOrganization {
        name: "Fern & Kettle",
        slug: "fern-kettle",
        organization_type: OrganizationType::Individual,
        unit: UnitLabel::Business,
        region: Region::Europe,
        domain: "",
        owner: "ops@tenantry.example",
        companies: &["Market Street shop"],
        members: &[
            ("amara@fernkettle.example", Role::Admin, &[]),
            (
                "theo@fernkettle.example",
                Role::Member,
                &[("market-street-shop", CompanyRole::Editor)],
            ),
        ],
        invitations: &[waits(
            "maya@meridian.example",
            "Maya",
            "Okonkwo",
            Role::BillingAdmin,
            20,
        )],
    },
];
