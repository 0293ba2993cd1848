//! Charts as inline SVG: `spark`, `LineChart` and `StackChart`, shown by the macros of `parts/charts.html`. Shapes are in an image
//! that is stretched, words are in the page. Each point has a read-out for the pointer and the keyboard, and a table is behind
//! each chart. Coordinates are whole numbers: a chart is 1,000 high and 1,000 wide, or 10 wide for each bar.

use std::fmt::Write;

const SIZE: i64 = 1_000;

/// How often the scale is divided.
const STEPS: i64 = 3;

/// The scale of a chart from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    step: i64,
}

impl Scale {
    /// A scale on which `largest` fits, with a step of 1, 2 or 5 times a power of ten.
    pub fn to(largest: i64) -> Self {
        let mut power: i64 = 1;
        loop {
            for step in [1, 2, 5] {
                let step = power.saturating_mul(step);
                if step.saturating_mul(STEPS) >= largest {
                    return Self { step };
                }
            }
            power = power.saturating_mul(10);
        }
    }

    fn top(&self) -> i64 {
        self.step.saturating_mul(STEPS)
    }

    /// From the top to 0, each said by `say`.
    pub fn words(&self, say: impl Fn(i64) -> String) -> Vec<String> {
        (0..=STEPS).rev().map(|n| say(self.step.saturating_mul(n))).collect()
    }

    /// The height of a value from the bottom. Values below 0 have none.
    fn height(&self, value: i64) -> i64 {
        let height = i128::from(value.max(0)) * i128::from(SIZE) / i128::from(self.top().max(1));
        i64::try_from(height).unwrap_or(SIZE).min(SIZE)
    }
}

/// The vertical positions of the lines of the scale.
pub const LINES: [i64; 4] = [0, 333, 667, 1_000];

/// A line of values, for a figure: the path and nothing else.
pub fn spark(values: &[i64]) -> String {
    let scale = Scale::to(values.iter().copied().max().unwrap_or_default().max(1));
    let points: Vec<Option<i64>> = values.iter().copied().map(Some).collect();
    path(&scale, &points)
}

/// A value over time. Where nothing is known, the line is interrupted.
#[derive(Debug, Clone, Default)]
pub struct LineChart {
    /// What it shows, in one sentence.
    pub label: String,
    pub path: String,
    pub area: String,
    pub y: Vec<String>,
    pub x: Vec<String>,
    /// What is said about each point.
    pub points: Vec<String>,
}

impl LineChart {
    /// `points`: the label of the time, the value, and what is said about it.
    pub fn of(label: String, points: Vec<(String, Option<i64>, String)>, say: impl Fn(i64) -> String) -> Self {
        let values: Vec<Option<i64>> = points.iter().map(|(_, value, _)| *value).collect();
        let scale = Scale::to(values.iter().flatten().copied().max().unwrap_or_default().max(1));
        Self {
            label,
            path: path(&scale, &values),
            area: area(&scale, &values),
            y: scale.words(say),
            x: some_of(points.iter().map(|(time, ..)| time.clone()).collect()),
            points: points.into_iter().map(|(.., said)| said).collect(),
        }
    }
}

/// A part of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarPart {
    /// Its color, from 1 on.
    pub color: usize,
    pub x: i64,
    pub y: i64,
    pub height: i64,
}

/// Bars, each of several parts.
#[derive(Debug, Clone, Default)]
pub struct StackChart {
    /// What it shows, in one sentence.
    pub label: String,
    /// The names of the parts.
    pub legend: Vec<&'static str>,
    pub width: i64,
    pub parts: Vec<BarPart>,
    pub y: Vec<String>,
    pub x: Vec<String>,
    /// What is said about each bar.
    pub points: Vec<String>,
}

impl StackChart {
    /// `bars`: the label of the time, the values of the parts, and what is said about it.
    pub fn of(
        label: String,
        legend: Vec<&'static str>,
        bars: Vec<(String, Vec<i64>, String)>,
        say: impl Fn(i64) -> String,
    ) -> Self {
        let sum = |values: &[i64]| {
            values
                .iter()
                .fold(0_i64, |sum, value| sum.saturating_add((*value).max(0)))
        };
        let largest = bars.iter().map(|(_, values, _)| sum(values)).max().unwrap_or_default();
        let scale = Scale::to(largest.max(1));
        let mut parts = Vec::new();
        for (at, (_, values, _)) in bars.iter().enumerate() {
            let mut below = 0_i64;
            for (color, value) in values.iter().enumerate() {
                let from = scale.height(below);
                below = below.saturating_add((*value).max(0));
                let height = scale.height(below) - from;
                if height > 0 {
                    parts.push(BarPart {
                        color: color + 1,
                        x: i64::try_from(at).unwrap_or_default() * 10 + 1,
                        y: SIZE - from - height,
                        height,
                    });
                }
            }
        }
        Self {
            label,
            legend,
            width: i64::try_from(bars.len()).unwrap_or(1).max(1) * 10,
            parts,
            y: scale.words(say),
            x: some_of(bars.iter().map(|(time, ..)| time.clone()).collect()),
            points: bars.into_iter().map(|(.., said)| said).collect(),
        }
    }
}

/// Where the points are: in the middle of their parts of the width, as the read-outs are.
fn across(at: usize, of: usize) -> i64 {
    let (at, of) = (i64::try_from(at).unwrap_or_default(), i64::try_from(of).unwrap_or(1));
    (2 * at + 1) * SIZE / (2 * of.max(1))
}

fn path(scale: &Scale, values: &[Option<i64>]) -> String {
    let (mut path, mut draws) = (String::new(), false);
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value else {
            draws = false;
            continue;
        };
        let (x, y) = (across(at, values.len()), SIZE - scale.height(*value));
        let _ = write!(path, "{}{x} {y}", if draws { "L" } else { "M" });
        if !draws {
            // A point between gaps is a dot.
            path.push_str("h0");
        }
        draws = true;
    }
    path
}

/// The area below each uninterrupted part of the line.
fn area(scale: &Scale, values: &[Option<i64>]) -> String {
    let mut area = String::new();
    let mut last = None;
    for (at, value) in values.iter().enumerate() {
        let x = across(at, values.len());
        match (value, last) {
            (Some(value), _) => {
                let y = SIZE - scale.height(*value);
                let _ = match last {
                    None => write!(area, "M{x} {SIZE}L{x} {y}"),
                    Some(_) => write!(area, "L{x} {y}"),
                };
                last = Some(x);
            }
            (None, Some(end)) => {
                let _ = write!(area, "L{end} {SIZE}Z");
                last = None;
            }
            (None, None) => {}
        }
    }
    if let Some(end) = last {
        let _ = write!(area, "L{end} {SIZE}Z");
    }
    area
}

/// The first, the last, and two labels between.
fn some_of(labels: Vec<String>) -> Vec<String> {
    let last = labels.len().saturating_sub(1);
    if last < 4 {
        return labels;
    }
    let wanted = [0, last / 3, 2 * last / 3, last];
    let kept = labels.into_iter().enumerate().filter(|(at, _)| wanted.contains(at));
    kept.map(|(_, label)| label).collect()
}

#[cfg(test)]
mod tests;
