//! axe-core on a page: WCAG 2.2 AA and its best practices.

use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::places::repository;

const RUN: &str = r"
const done = arguments[arguments.length - 1];
axe.run(document, { runOnly: arguments[0], resultTypes: ['violations'] }).then(
    found => done(found.violations.flatMap(rule => rule.nodes.map(node =>
        rule.id + ': ' + node.target.join(' ') + '\n    ' + node.failureSummary.replace(/\n/g, '\n    ') + '\n    ' + node.html))),
    error => done(['axe failed: ' + error]));
";

impl Browser {
    /// The violations on the current page, one text for each element.
    pub fn axe(&self) -> Vec<String> {
        let tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
        self.run_axe(json!({ "type": "tag", "values": tags }))
    }

    /// The same for contrast only.
    pub fn axe_contrast(&self) -> Vec<String> {
        self.run_axe(json!({ "type": "rule", "values": ["color-contrast"] }))
    }

    fn run_axe(&self, only: Value) -> Vec<String> {
        if self.script("return typeof axe", vec![]) != json!("object") {
            let file = repository().join("tests/vendor/axe-core/axe.min.js");
            let source = std::fs::read_to_string(file).expect("axe-core");
            self.script(&format!("{source};window.axe = axe"), vec![]);
        }
        let Value::Array(found) = self.script_with_callback(RUN, vec![only]) else {
            panic!("axe returned no result")
        };
        found
            .iter()
            .map(|text| text.as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Fails on any violation.
    #[track_caller]
    pub fn expect_accessible(&self) {
        let found = self.axe();
        assert!(
            found.is_empty(),
            "axe finds {} violations on {}:\n{}",
            found.len(),
            self.path(),
            found.join("\n")
        );
    }
}
