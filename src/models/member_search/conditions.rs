//! The conditions of the queries. They are macros, because the types of boxed queries differ.

// The words of one organization that begin with a term of a query.
macro_rules! beginning {
    ($organization:expr, $term:expr) => {{
        let (from, until) = crate::common::search::range($term);
        member_search_terms::table
            .filter(member_search_terms::organization_id.eq($organization))
            .filter(member_search_terms::word.ge(from))
            .filter(member_search_terms::word.lt(until))
    }};
}

macro_rules! assignments {
    ($organization:expr) => {
        company_assignments::table.filter(company_assignments::organization_id.eq($organization))
    };
}

// Conditions on the membership: role, status and last activity.
macro_rules! of_the_row {
    ($query:ident, $wanted:expr) => {
        if let Some(role) = $wanted.role {
            $query = $query.filter(memberships::role.eq(role));
        }
        if let Some(GrantFilter::Custom(role)) = $wanted.given {
            $query = $query.filter(memberships::custom_role_id.eq(role));
        }
        match $wanted.access_status {
            None => {}
            Some(AccessStatus::Active) => {
                $query = $query.filter(memberships::status.eq(MembershipStatus::Active)).filter(
                    memberships::access_until
                        .is_null()
                        .or(memberships::access_until.ge($wanted.now)),
                );
            }
            // Written as in the index, or neither engine uses it.
            Some(AccessStatus::Suspended) => {
                $query = $query
                    .filter(diesel::dsl::sql::<Bool>("memberships.status = 'suspended'"))
                    .filter(
                        memberships::access_until
                            .is_null()
                            .or(memberships::access_until.ge($wanted.now)),
                    );
            }
            Some(AccessStatus::Ending) => {
                $query = $query
                    .filter(memberships::status.eq(MembershipStatus::Active))
                    .filter(memberships::access_until.ge($wanted.now))
                    .filter(
                        memberships::access_until.lt($wanted.now + crate::models::member_search::filter::ENDING_SOON),
                    );
            }
            Some(AccessStatus::Ended) => {
                $query = $query
                    .filter(memberships::status.ne(MembershipStatus::Removed))
                    .filter(memberships::access_until.lt($wanted.now));
            }
        }
        if let Some(has) = $wanted.second_factor {
            $query = $query.filter(memberships::second_factor.eq(has));
        }
        if let Some(seen) = $wanted.last_seen {
            let since = seen.since($wanted.now);
            $query = match seen {
                LastSeen::Never => $query.filter(memberships::last_seen_at.is_null()),
                LastSeen::Week | LastSeen::Month => $query.filter(memberships::last_seen_at.ge(since)),
                LastSeen::NotInMonth | LastSeen::NotInQuarter => $query.filter(
                    memberships::last_seen_at.lt(since).or(memberships::last_seen_at
                        .is_null()
                        .and(memberships::joined_at.lt(since))),
                ),
            };
        }
    };
}

// Conditions on other tables, each one index lookup. The condition that found the rows is left out.
macro_rules! of_the_words {
    ($query:ident, $organization:expr, $wanted:expr, $found_by:expr) => {
        for word in $wanted
            .words
            .iter()
            .filter(|word| $found_by != Some(SearchTerm::Word(word)))
        {
            $query = $query.filter(exists(
                // Only columns of the index by member, or SQLite scans all words of the organization. The limit changes
                // nothing, but keeps SQLite from turning this into a join.
                beginning!($organization, word)
                    .filter(member_search_terms::membership_id.eq(memberships::id))
                    .select(member_search_terms::membership_id)
                    .limit(1),
            ));
        }
    };
}
macro_rules! of_the_companies {
    ($query:ident, $organization:expr, $wanted:expr, $found_by:expr) => {
        if let Some(company) = $wanted
            .company
            .filter(|company| $found_by != Some(SearchTerm::Company(*company)))
        {
            $query = $query.filter(exists(
                assignments!($organization)
                    .filter(company_assignments::membership_id.eq(memberships::id))
                    .filter(company_assignments::company_id.eq(company))
                    .select(company_assignments::membership_id)
                    .limit(1),
            ));
        }
        if let Some(GrantFilter::Assignment(role)) = $wanted.given {
            // In the filtered company, in one that the actor sees, or in any.
            let having = assignments!($organization)
                .filter(company_assignments::membership_id.eq(memberships::id))
                .filter(company_assignments::role.eq(role))
                .select(company_assignments::membership_id)
                .limit(1);
            $query = match ($wanted.company, &$wanted.within) {
                (Some(company), _) => $query.filter(exists(having.filter(company_assignments::company_id.eq(company)))),
                (None, Some(companies)) => $query.filter(exists(
                    having.filter(company_assignments::company_id.eq_any(companies.clone())),
                )),
                (None, None) => $query.filter(exists(having)),
            };
        }
        if let Some(companies) = &$wanted.within {
            $query = $query.filter(exists(
                assignments!($organization)
                    .filter(company_assignments::membership_id.eq(memberships::id))
                    .filter(company_assignments::company_id.eq_any(companies.clone()))
                    .select(company_assignments::membership_id)
                    .limit(1),
            ));
        }
    };
}

// In order between two marks. Both engines enter the index by the bound on the first column; the second condition makes it
// exact.
macro_rules! in_order {
    ($query:ident, $walk:expr, $key:expr, $id:expr, $at:ident, $from:expr, $until:expr) => {
        let (from, until): (Option<&MemberCursor>, Option<&MemberCursor>) = ($from, $until);
        if $walk.descending {
            if let Some(MemberCursor { $at: at, id, .. }) = from.cloned() {
                $query = $query.filter($key.le(at.clone())).filter($key.lt(at).or($id.lt(id)));
            }
            if let Some(MemberCursor { $at: at, id, .. }) = until.cloned() {
                $query = $query.filter($key.ge(at.clone())).filter($key.gt(at).or($id.ge(id)));
            }
            $query = $query.order(($key.desc(), $id.desc()));
        } else {
            if let Some(MemberCursor { $at: at, id, .. }) = from.cloned() {
                $query = $query.filter($key.ge(at.clone())).filter($key.gt(at).or($id.gt(id)));
            }
            if let Some(MemberCursor { $at: at, id, .. }) = until.cloned() {
                $query = $query.filter($key.le(at.clone())).filter($key.lt(at).or($id.le(id)));
            }
            $query = $query.order(($key, $id));
        }
    };
}

pub(super) use {assignments, beginning, in_order, of_the_companies, of_the_row, of_the_words};
