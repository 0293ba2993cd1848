//! The exports that admins have. Each names its columns; what else it has (recovery and manager addresses, private addresses,
//! employers) is never used.

use crate::common::people::columns::{Columns, Field, key};

/// An export: header cells that it always has, and those that are used.
struct Export {
    signature: &'static [&'static str],
    columns: &'static [(&'static str, Field)],
}

use Field::{Email, FirstName, LastName, Name};

#[rustfmt::skip]
const EXPORTS: &[Export] = &[
    // Google Workspace Admin console, users; current and older headers.
    Export {
        signature: &["First Name [Required]", "Last Name [Required]", "Email Address [Required]"],
        columns: &[("Email Address [Required]", Email), ("First Name [Required]", FirstName), ("Last Name [Required]", LastName)],
    },
    Export {
        signature: &["First Name", "Last Name", "Email Address", "Recovery Email"],
        columns: &[("Email Address", Email), ("First Name", FirstName), ("Last Name", LastName)],
    },
    // Google Contacts: since 2024, and before.
    Export {
        signature: &["First Name", "Last Name", "E-mail 1 - Value"],
        columns: &[("E-mail 1 - Value", Email), ("First Name", FirstName), ("Last Name", LastName)],
    },
    Export {
        signature: &["Given Name", "Family Name", "E-mail 1 - Value"],
        columns: &[("E-mail 1 - Value", Email), ("Given Name", FirstName), ("Family Name", LastName)],
    },
    // Microsoft Entra ID, users: the sign-in name of a guest is no address.
    Export {
        signature: &["userPrincipalName", "displayName", "mail"],
        columns: &[("mail", Email), ("givenName", FirstName), ("surname", LastName), ("displayName", Name)],
    },
    // Microsoft 365 admin center, active users: it has no column of addresses but the sign-in name.
    Export {
        signature: &["User principal name", "Display name", "Block credential"],
        columns: &[("User principal name", Email), ("First name", FirstName), ("Last name", LastName), ("Display name", Name)],
    },
    // Okta, people.
    Export {
        signature: &["login", "firstName", "lastName", "email"],
        columns: &[("email", Email), ("firstName", FirstName), ("lastName", LastName)],
    },
    // Outlook, contacts.
    Export {
        signature: &["First Name", "Last Name", "E-mail Address", "E-mail Display Name"],
        columns: &[("E-mail Address", Email), ("First Name", FirstName), ("Last Name", LastName)],
    },
    // Slack, members.
    Export {
        signature: &["username", "email", "userid", "fullname"],
        columns: &[("email", Email), ("fullname", Name)],
    },
    // LinkedIn, connections.
    Export {
        signature: &["First Name", "Last Name", "Email Address", "Connected On"],
        columns: &[("Email Address", Email), ("First Name", FirstName), ("Last Name", LastName)],
    },
    // Tenantry, members.csv: the fourth column is named after the organization's units.
    Export {
        signature: &["name", "email", "role", "status", "joined", "last active", "invited by"],
        columns: &[("email", Email), ("name", Name), ("role", Field::Role)],
    },
];

/// The columns of a known export, by the keys of its header.
pub(super) fn recognize(header: &[String]) -> Option<Columns> {
    let at = |cell: &str| header.iter().position(|found| *found == key(cell));
    let export = EXPORTS
        .iter()
        .find(|export| export.signature.iter().all(|cell| at(cell).is_some()))?;
    let mut columns = Columns(vec![None; header.len()]);
    for (cell, field) in export.columns {
        if let Some(at) = at(cell) {
            columns.0[at] = Some(*field);
        }
    }
    if columns.position(FirstName).is_some() || columns.position(LastName).is_some() {
        for column in &mut columns.0 {
            *column = column.filter(|field| *field != Name);
        }
    }
    Some(columns)
}
