//! The counts that the product's own verbs keep with each change.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

const COMPANIES: &str = "UPDATE companies SET member_count = (SELECT COUNT(*) FROM company_assignments a JOIN memberships m \
    ON m.organization_id = a.organization_id AND m.id = a.membership_id WHERE a.organization_id = companies.organization_id \
    AND a.company_id = companies.id AND m.role NOT IN ('owner', 'admin', 'editor', 'viewer'))";

const ASSIGNMENTS: &str = "UPDATE organizations SET assignment_count = (SELECT COALESCE(SUM(member_count), 0) FROM companies \
    WHERE organization_id = organizations.id)";

/// Counts that some commits keep: table, column, and the query of their value.
const LATER: &[(&str, &str, &str)] = &[(
    "organizations",
    "pending_invitations",
    "SELECT COUNT(*) FROM invitations i WHERE i.organization_id = organizations.id AND i.status = 'pending'",
)];

pub fn settle(conn: &mut SqliteConnection) {
    conn.batch_execute(COMPANIES).unwrap();
    conn.batch_execute(ASSIGNMENTS).unwrap();
    for (table, column, value) in LATER {
        if has(conn, table, column) {
            conn.batch_execute(&format!("UPDATE {table} SET {column} = ({value})"))
                .unwrap();
        }
    }
}

fn has(conn: &mut SqliteConnection, table: &str, column: &str) -> bool {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let sql = format!("SELECT COUNT(*) AS n FROM pragma_table_info('{table}') WHERE name = '{column}'");
    diesel::sql_query(sql).get_result::<Count>(conn).unwrap().n > 0
}
