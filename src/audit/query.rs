//! The log as it is read: narrowed, from its newest line down or from its oldest up, without a query whose cost follows
//! the log. The numbers have no gaps, so a stretch of numbers is a bound on what a query looks at.

use diesel::prelude::*;

use crate::audit::chain;
use crate::audit::chain::chained;
use crate::audit::visibility::Visibility;
use crate::audit::{Action, Category, Entry};
use crate::common::name;
use crate::common::time::{Span, Time};
use crate::db::Conn;
use crate::db::schema::audit_events;
use crate::db::types::org_id::OrgId;

/// Which lines are wanted, of those that a reader sees.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words that must all be in a line's names, address or request, folded.
    pub words: Vec<String>,
    /// Who did it.
    pub actor: Option<Who>,
    /// One of these.
    pub actions: Option<Vec<Action>>,
    /// Without sign-ins and sign-outs.
    pub hide_logins: bool,
    /// What it was done to: kind and id.
    pub target: Option<(String, String)>,
    /// From this moment on.
    pub from: Option<Time>,
    /// Up to this moment.
    pub until: Option<Time>,
}

/// Who did it, as a filter says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// An account.
    Account(String),
    /// Everybody whose name at the time has these words, folded.
    Named(Vec<String>),
}

impl Filter {
    /// Whether a query alone cannot tell.
    fn is_read(&self) -> bool {
        !self.words.is_empty() || matches!(self.actor, Some(Who::Named(_)))
    }

    /// Whether an index leads to the lines, so that no stretch must bound the way.
    fn is_led(&self) -> bool {
        let action = self.actions.as_ref().is_some_and(|actions| actions.len() == 1);
        action || self.target.is_some() || matches!(self.actor, Some(Who::Account(_)))
    }

    /// Whether a line's words are wanted.
    fn reads(&self, line: &Entry) -> bool {
        let named = |words: &[String], text: &str| {
            let text = name::fold(text);
            words.iter().all(|word| text.contains(word.as_str()))
        };
        let by = match &self.actor {
            Some(Who::Named(words)) => named(words, &line.actor_name),
            _ => true,
        };
        by && (self.words.is_empty() || {
            let text = [
                line.actor_name.as_str(),
                line.on_behalf_of.as_deref().unwrap_or_default(),
                &line.target_label,
                &line.ip,
                &line.request_id,
            ];
            named(&self.words, &text.join("\n"))
        })
    }
}

/// Lines in the order of their numbers, from behind `after` to `last`, at most `most`.
///
/// # Errors
/// When the database fails.
pub fn stretch(conn: &mut Conn, organization: OrgId, after: i64, last: i64, most: i64) -> QueryResult<Vec<Entry>> {
    audit_events::table
        .filter(audit_events::organization_id.eq(organization))
        .filter(chained())
        .filter(audit_events::seq.gt(after))
        .filter(audit_events::seq.le(last))
        .order(audit_events::seq)
        .limit(most)
        .select(Entry::as_select())
        .load(conn)
}

/// One line.
///
/// # Errors
/// When the database fails.
pub fn find(conn: &mut Conn, organization: OrgId, seq: i64) -> QueryResult<Option<Entry>> {
    Ok(stretch(conn, organization, seq - 1, seq, 1)?.pop())
}

/// The direction of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// To older lines.
    Down,
    /// To newer lines.
    Up,
}

/// The lines strictly between two numbers that the database can tell are wanted.
fn between(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &Filter,
    sight: &Visibility,
    (above, below): (i64, i64),
    way: Order,
    most: i64,
) -> QueryResult<Vec<Entry>> {
    let mut query = audit_events::table
        .filter(audit_events::organization_id.eq(organization))
        .filter(audit_events::seq.ge(above.max(0) + 1))
        .filter(audit_events::seq.lt(below))
        .limit(most)
        .select(Entry::as_select())
        .into_boxed();
    // SQLite takes the index of numbers wherever it may. Where another one leads to the lines, it may not: this condition
    // is the index's own.
    if !wanted.is_led() {
        query = query.filter(chained());
    }
    if let Some(Who::Account(id)) = &wanted.actor {
        query = query.filter(audit_events::actor_id.eq(id));
    }
    match wanted.actions.as_deref() {
        None => {}
        Some([action]) => query = query.filter(audit_events::action.eq(action.as_str())),
        Some(several) => {
            query = query.filter(audit_events::action.eq_any(several.iter().map(|action| action.as_str())))
        }
    }
    if wanted.hide_logins {
        for action in Action::ALL.iter().filter(|action| action.kind() == Category::Login) {
            query = query.filter(audit_events::action.ne(action.as_str()));
        }
    }
    if let Some((kind, id)) = &wanted.target {
        query = query
            .filter(audit_events::target_kind.eq(kind))
            .filter(audit_events::target_id.eq(id));
    }
    if let Some(from) = wanted.from {
        query = query.filter(audit_events::at.ge(from));
    }
    if let Some(until) = wanted.until {
        query = query.filter(audit_events::at.le(until));
    }
    // Who sees areas alone: the database leaves the rest out, the rule has the last word all the same.
    if let Visibility::Part(part) = sight
        && part.companies.is_empty()
    {
        let seen = Action::ALL.iter().filter(|action| sight.may_see(**action));
        let seen: Vec<&str> = seen.map(|action| action.as_str()).collect();
        query = query.filter(
            audit_events::action
                .eq_any(seen)
                .or(audit_events::actor_id.eq(&part.reader)),
        );
    }
    match way {
        Order::Down => query.order(audit_events::seq.desc()).load(conn),
        Order::Up => query.order(audit_events::seq).load(conn),
    }
}

/// So many numbers a query looks at where no index leads to the lines.
const STRETCH: i64 = 5_000;

/// So many lines are read at once where they must be read to tell.
const READ: i64 = 1_000;

/// A search stops after so many lines read, or so many numbers passed, and says how far it came.
const MOST_READ: i64 = 20_000;
const MOST_PASSED: i64 = 400_000;

/// What a walk met.
struct Walked {
    lines: Vec<Entry>,
    /// Where to go on; nothing when the walk met the end.
    rest: Option<i64>,
    /// Whether it stopped for its length, before it was full.
    tired: bool,
}

/// Walks from `start` (not with it) towards an end (not with it), until `most` wanted lines are met.
fn walk(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &Filter,
    sight: &Visibility,
    (start, end): (i64, i64),
    most: usize,
) -> QueryResult<Walked> {
    let way = if start > end { Order::Down } else { Order::Up };
    let is_read = wanted.is_read() || matches!(sight, Visibility::Part(_));
    let page = i64::try_from(most).unwrap_or(READ);
    let batch = if is_read { READ } else { page };
    let (mut at, mut lines) = (start, Vec::new());
    let (mut read, mut passed) = (0, 0);
    loop {
        let left = match way {
            Order::Down => at - end - 1,
            Order::Up => end - at - 1,
        };
        if left <= 0 {
            return Ok(Walked {
                lines,
                rest: None,
                tired: false,
            });
        }
        if read >= MOST_READ || passed >= MOST_PASSED {
            return Ok(Walked {
                lines,
                rest: Some(at),
                tired: true,
            });
        }
        let step = if wanted.is_led() { left } else { left.min(STRETCH) };
        let bounds = match way {
            Order::Down => (at - step - 1, at),
            Order::Up => (at, at + step + 1),
        };
        let met = between(conn, organization, wanted, sight, bounds, way, batch)?;
        let all = met.len() < usize::try_from(batch).unwrap_or(usize::MAX);
        read += if is_read {
            i64::try_from(met.len()).unwrap_or(READ)
        } else {
            0
        };
        let before = at;
        at = match (all, met.last(), way) {
            (false, Some(last), _) => last.seq,
            (_, _, Order::Down) => at - step,
            (_, _, Order::Up) => at + step,
        };
        if !wanted.is_led() {
            passed += (before - at).abs();
        }
        for line in met {
            if wanted.reads(&line) && sight.sees(&line) {
                let seq = line.seq;
                lines.push(line);
                if lines.len() == most {
                    return Ok(Walked {
                        lines,
                        rest: Some(seq),
                        tired: false,
                    });
                }
            }
        }
    }
}

/// A place in the list, as `after` says it: below a line, or (with a minus before it) above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeqCursor {
    /// The newest lines.
    Top,
    /// Older than this line.
    Below(i64),
    /// Newer than this line.
    Above(i64),
}

impl SeqCursor {
    /// Reads `after`; what cannot be read is the top.
    pub fn parse(after: &str) -> Self {
        match after.parse::<i64>() {
            Ok(seq) if seq > 0 => Self::Below(seq),
            Ok(seq) if seq < 0 => Self::Above(seq.saturating_neg()),
            _ => Self::Top,
        }
    }
}

/// A page of the list, newest first.
#[derive(Debug)]
pub struct Found {
    /// The lines.
    pub lines: Vec<Entry>,
    /// `after` of the page of newer lines.
    pub newer: Option<String>,
    /// `after` of the page of older lines.
    pub older: Option<String>,
    /// The search stopped at this line, before the page was full or the log ended.
    pub stopped: Option<Entry>,
}

/// A page.
///
/// # Errors
/// When the database fails.
pub fn page(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &Filter,
    sight: &Visibility,
    place: SeqCursor,
    size: usize,
) -> QueryResult<Found> {
    let (first, last) = range(conn, organization, wanted)?;
    if let SeqCursor::Above(seq) = place {
        let start = seq.max(first - 1);
        let mut up = walk(conn, organization, wanted, sight, (start, last + 1), size)?;
        // Fewer than a page are above: the top is shown, full.
        if let Some(rest) = up.rest {
            up.lines.reverse();
            return Ok(Found {
                newer: Some(format!("-{rest}")),
                older: Some(up.lines.last().map_or(seq, |line| line.seq).to_string()),
                lines: up.lines,
                stopped: None,
            });
        }
    }
    let start = match place {
        SeqCursor::Below(seq) => seq.min(last + 1),
        _ => last + 1,
    };
    // One more than a page tells whether there is another one.
    let mut down = walk(conn, organization, wanted, sight, (start, first - 1), size + 1)?;
    let more = down.lines.len() > size;
    down.lines.truncate(size);
    let bottom = down.lines.last().map(|line| line.seq);
    let stopped = match down.rest {
        Some(at) if down.tired => stretch(conn, organization, at - 1, last, 1)?.pop(),
        _ => None,
    };
    let older = if more { bottom } else { down.rest.filter(|_| down.tired) };
    Ok(Found {
        newer: match (place, down.lines.first()) {
            (SeqCursor::Below(_), Some(line)) => Some(format!("-{}", line.seq)),
            (SeqCursor::Below(seq), None) => Some(format!("-{}", (seq - 1).max(1))),
            _ => None,
        },
        older: older.map(|seq| seq.to_string()),
        lines: down.lines,
        stopped,
    })
}

/// A piece of an export, oldest first.
#[derive(Debug)]
pub struct Piece {
    /// The lines.
    pub lines: Vec<Entry>,
    /// The last number that was passed.
    pub through: i64,
}

/// The wanted lines of the next `most` numbers behind `after`, up to `last`.
///
/// # Errors
/// When the database fails.
pub fn piece(
    conn: &mut Conn,
    organization: OrgId,
    wanted: &Filter,
    sight: &Visibility,
    (after, last): (i64, i64),
    most: i64,
) -> QueryResult<Piece> {
    let through = (after + most).min(last);
    let met = between(conn, organization, wanted, sight, (after, through + 1), Order::Up, most)?;
    let lines = met.into_iter().filter(|line| wanted.reads(line) && sight.sees(line));
    Ok(Piece {
        lines: lines.collect(),
        through,
    })
}

/// Below so many lines it costs little to pass all of them.
const FEW: i64 = 20_000;

/// A moment is taken by its request when it begins, a number when it ends; so far they may lie apart.
const APART: Span = Span::hours(1);

/// The first and the last number between which the wanted moments lie.
///
/// # Errors
/// When the database fails.
pub fn range(conn: &mut Conn, organization: OrgId, wanted: &Filter) -> QueryResult<(i64, i64)> {
    let last = chain::head(conn, organization)?.map_or(0, |(seq, _)| seq);
    if last < FEW {
        return Ok((1, last));
    }
    let first = match wanted.from {
        Some(from) => first_since(conn, organization, from - APART, last)?,
        None => 1,
    };
    let last = match wanted.until {
        Some(until) => first_since(conn, organization, until + APART, last)?.min(last),
        None => last,
    };
    Ok((first, last))
}

/// The first number since a moment, by halving: numbers grow with time.
fn first_since(conn: &mut Conn, organization: OrgId, moment: Time, last: i64) -> QueryResult<i64> {
    let (mut low, mut high) = (1, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match stretch(conn, organization, middle - 1, last, 1)?.first() {
            Some(line) if line.at < moment => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
