//! Finds the route of a path by its segments. The time follows the length of the path, not the number of routes.

use std::collections::BTreeMap;

use actix_web::HttpRequest;

/// The routes by their paths. Of several that match, the one that stands first in the table is found.
#[derive(Debug, Default)]
pub struct RouteTree {
    root: Node,
    places: Vec<RoutePlace>,
}

/// A path of the route table.
#[derive(Debug)]
pub struct RoutePlace {
    /// Its number, in the order of the table.
    pub index: usize,
    /// The path with its variables, `/organizations/{slug}`.
    pub pattern: &'static str,
    /// The methods that it knows, as in `Allow`.
    pub allowed: String,
}

#[derive(Debug, Default)]
struct Node {
    fixed: BTreeMap<&'static str, Node>,
    /// A variable: any text.
    any: Option<Box<Node>>,
    place: Option<usize>,
}

/// The tree, as data of the application.
#[derive(Debug, Clone, Copy)]
pub struct Routes(pub &'static RouteTree);

impl RouteTree {
    /// A tree of paths, each with its methods. A path that was given before is not added again.
    pub fn of<S: Into<String>>(paths: impl IntoIterator<Item = (&'static str, S)>) -> Self {
        let mut tree = Self::default();
        for (pattern, allowed) in paths {
            let mut node = &mut tree.root;
            for segment in pattern.trim_start_matches('/').split('/') {
                node = match variable(segment) {
                    Some(_) => node.any.get_or_insert_default(),
                    None => node.fixed.entry(segment).or_default(),
                };
            }
            if node.place.is_none() {
                let index = tree.places.len();
                node.place = Some(index);
                tree.places.push(RoutePlace {
                    index,
                    pattern,
                    allowed: allowed.into(),
                });
            }
        }
        tree
    }

    /// The paths of the table.
    pub fn places(&self) -> &[RoutePlace] {
        &self.places
    }

    /// The route of a path.
    pub fn find(&self, path: &str) -> Option<&RoutePlace> {
        self.places.get(self.root.find(path.strip_prefix('/')?)?)
    }
}

impl RoutePlace {
    /// The variables of a path that matches, with their values.
    pub fn values<'a>(&self, path: &'a str) -> impl Iterator<Item = (&'static str, &'a str)> {
        let pairs = self.pattern.split('/').zip(path.split('/'));
        pairs.filter_map(|(segment, value)| Some((variable(segment)?, value)))
    }
}

impl Node {
    fn find(&self, path: &str) -> Option<usize> {
        let (segment, rest) = match path.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (path, None),
        };
        let below = |node: &Self| match rest {
            Some(rest) => node.find(rest),
            None => node.place,
        };
        let fixed = self.fixed.get(segment).and_then(below);
        let any = self.any.as_deref().filter(|_| !segment.is_empty()).and_then(below);
        match (fixed, any) {
            (Some(fixed), Some(any)) => Some(fixed.min(any)),
            (fixed, any) => fixed.or(any),
        }
    }
}

/// The name of a variable segment.
fn variable(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The pattern of the route of a request: of its path as the router decodes it, or else as it was sent.
pub fn pattern(req: &HttpRequest) -> Option<&'static str> {
    let Routes(tree) = req.app_data()?;
    let place = tree.find(req.match_info().as_str()).or_else(|| tree.find(req.path()))?;
    Some(place.pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> RouteTree {
        RouteTree::of([
            ("/", "GET"),
            ("/people/new", "GET"),
            ("/people/{id}", "GET"),
            ("/people/{id}/edit", "GET"),
            ("/{any}/all", "GET"),
            ("/people/all", "POST"),
        ])
    }

    fn found(path: &str) -> Option<&'static str> {
        tree().find(path).map(|place| place.pattern)
    }

    #[test]
    fn the_first_route_of_the_table_that_matches_is_found() {
        assert_eq!(found("/"), Some("/"));
        assert_eq!(found("/people/new"), Some("/people/new"));
        assert_eq!(found("/people/12"), Some("/people/{id}"));
        assert_eq!(found("/people/all"), Some("/people/{id}"));
        assert_eq!(found("/things/all"), Some("/{any}/all"));
        assert_eq!(found("/people/new/edit"), Some("/people/{id}/edit"));
    }

    #[test]
    fn a_path_with_more_or_fewer_or_empty_segments_has_no_route() {
        for path in [
            "",
            "*",
            "//",
            "/people",
            "/people/",
            "/people/12/",
            "/people//edit",
            "/x",
            "people/12",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }

    #[test]
    fn the_values_of_the_variables_are_those_of_the_path() {
        let tree = tree();
        let path = "/people/ä%2F1/edit";
        let values: Vec<_> = tree.find(path).unwrap().values(path).collect();
        assert_eq!(values, [("id", "ä%2F1")]);
    }
}
