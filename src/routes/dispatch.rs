//! Calls the handler of a route.

use std::future::{Future, ready};
use std::pin::Pin;

use actix_service::{Service, ServiceFactory, always_ready};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::{Error, HttpResponse, Route};

use crate::routes::{ROUTES, tree};
use crate::web::admission::method_not_allowed;
use crate::web::route_tree::RouteTree;

type Local<T> = Pin<Box<dyn Future<Output = T>>>;
type RouteHandler = <Route as ServiceFactory<ServiceRequest>>::Service;

/// Makes a dispatcher for each thread that serves.
pub struct Dispatch;

/// The handlers of every path of the table, in its order.
pub struct Dispatcher {
    tree: &'static RouteTree,
    handlers: Vec<PathHandlers>,
}

/// Each handler of a path with its method.
type PathHandlers = Vec<(&'static str, RouteHandler)>;

impl ServiceFactory<ServiceRequest> for Dispatch {
    type Response = ServiceResponse;
    type Error = Error;
    type Config = ();
    type Service = Dispatcher;
    type InitError = ();
    type Future = Local<Result<Dispatcher, ()>>;

    fn new_service(&self, (): ()) -> Self::Future {
        Box::pin(async {
            let tree = tree();
            let mut handlers = Vec::with_capacity(tree.places().len());
            for place in tree.places() {
                let mut of_path = PathHandlers::new();
                for entry in ROUTES.iter().filter(|entry| entry.path == place.pattern) {
                    of_path.push((entry.method, (entry.to)().new_service(()).await?));
                }
                handlers.push(of_path);
            }
            Ok(Dispatcher { tree, handlers })
        })
    }
}

impl Service<ServiceRequest> for Dispatcher {
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Local<Result<ServiceResponse, Error>>;

    always_ready!();

    fn call(&self, mut req: ServiceRequest) -> Self::Future {
        let path = req.match_info().as_str();
        let Some(place) = self.tree.find(path) else {
            return Box::pin(ready(Ok(req.into_response(HttpResponse::NotFound()))));
        };
        let values: Vec<(&str, String)> = place
            .values(path)
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        for (name, value) in values {
            req.match_info_mut().add_static(name, value);
        }
        // A page answers `HEAD` as `GET`: the same headers, without a body.
        let method = if *req.method() == Method::HEAD {
            "GET"
        } else {
            req.method().as_str()
        };
        let mut handlers = self.handlers.get(place.index).into_iter().flatten();
        match handlers.find(|(known, _)| *known == method) {
            Some((_, handler)) => handler.call(req),
            None => Box::pin(ready(Ok(req.into_response(method_not_allowed(&place.allowed))))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use actix_web::dev::ResourceDef;

    use super::*;

    /// Paths like every path of the table, with the fixed segments of others in the places of its variables.
    fn paths() -> BTreeSet<String> {
        let words: BTreeSet<&str> = ROUTES.iter().flat_map(|entry| entry.path.split('/')).collect();
        let words = words.into_iter().filter(|word| !word.starts_with('{'));
        let mut paths = BTreeSet::new();
        for word in words {
            for entry in ROUTES {
                let filled = entry
                    .path
                    .split('/')
                    .map(|part| if part.starts_with('{') { word } else { part });
                let path = filled.collect::<Vec<_>>().join("/");
                paths.insert(format!("{path}/"));
                paths.insert(format!("{path}/{word}"));
                paths.insert(path);
            }
        }
        paths
    }

    #[test]
    fn the_route_of_a_path_is_the_one_that_the_router_of_actix_finds() {
        let patterns: Vec<(&str, ResourceDef)> = tree()
            .places()
            .iter()
            .map(|place| (place.pattern, ResourceDef::new(place.pattern)))
            .collect();
        let mut found = 0;
        for path in paths().into_iter().step_by(7) {
            let theirs = patterns.iter().find(|(_, pattern)| pattern.is_match(&path));
            let ours = tree().find(&path);
            assert_eq!(
                ours.map(|place| place.pattern),
                theirs.map(|(pattern, _)| *pattern),
                "{path}"
            );
            let Some((pattern, place)) = theirs.zip(ours) else {
                continue;
            };
            found += 1;
            let mut captured = actix_web::dev::Path::new(path.as_str());
            assert!(pattern.1.capture_match_info(&mut captured));
            let pair = |(name, value): (&str, &str)| format!("{name}={value}");
            let theirs: Vec<String> = captured.iter().map(pair).collect();
            let ours: Vec<String> = place.values(&path).map(pair).collect();
            assert_eq!(ours, theirs, "{path}");
        }
        assert!(found > 500, "{found}");
    }
}
