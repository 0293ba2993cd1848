//! axe-core on a page: WCAG 2.2 AA and its best practices.

use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::places::repository;

const RUN: &str = r"
const done = arguments[arguments.length - 1];
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }).then(
    found => done(found.violations.flatMap(rule => rule.nodes.map(node =>
        rule.id + ': ' + node.target.join(' ') + '\n    ' + node.failureSummary.replace(/\n/g, '\n    ') + '\n    ' + node.html))),
    error => done(['axe failed: ' + error]));
";

impl Browser {
    /// What axe finds wrong with the page shown, one text for each element.
    pub fn axe(&self) -> Vec<String> {
        let source = std::fs::read_to_string(repository().join("tests/vendor/axe-core/axe.min.js")).expect("axe-core");
        if self.script("return typeof axe", vec![]) != json!("object") {
            self.script(&format!("{source};window.axe = axe"), vec![]);
        }
        let Value::Array(found) = self.script_with_callback(RUN, vec![]) else {
            panic!("axe answered nothing")
        };
        found
            .iter()
            .map(|text| text.as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Fails with what axe finds wrong.
    #[track_caller]
    pub fn expect_accessible(&self) {
        let found = self.axe();
        assert!(
            found.is_empty(),
            "axe finds {} faults on {}:\n{}",
            found.len(),
            self.path(),
            found.join("\n")
        );
    }
}
