//! Makes the files a browser loads: one style sheet, one script, one icon sprite. Each gets a name that
//! holds the hash of its content, so that browsers may keep it forever, and a Brotli copy made once, here.

#![allow(clippy::disallowed_macros, reason = "a build script talks to cargo by printing")]

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use brotli::enc::BrotliEncoderParams;
use sha2::{Digest, Sha256};

/// Served file, its mime type, and the sources that make it, in this order.
const FILES: [(&str, &str, &[&str]); 5] = [
    (
        "console.css",
        "text/css; charset=utf-8",
        &["tokens.css", "base.css", "parts.css", "pages.css"],
    ),
    // Loaded only by the pages that need it, to keep the first page small.
    ("extra.css", "text/css; charset=utf-8", &["extra.css"]),
    (
        "console.js",
        "text/javascript; charset=utf-8",
        &["htmx.min.js", "console.js"],
    ),
    ("matrix.js", "text/javascript; charset=utf-8", &["matrix.js"]),
    ("icons.svg", "image/svg+xml", &["icons.svg"]),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=static");

    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let mut table = String::from("/// Every file that a browser may fetch.\npub static ASSETS: &[Asset] = &[\n");

    for (name, mime, sources) in FILES {
        let mut text = String::new();
        for source in sources {
            let read = fs::read_to_string(Path::new("static").join(source))?;
            text.push_str(read.trim_end());
            text.push('\n');
        }
        if mime.starts_with("text/css") {
            text = without_comments(&text);
        }
        if mime.starts_with("text/javascript") {
            text = without_line_comments(&text);
        }

        let hash = Sha256::digest(text.as_bytes())
            .iter()
            .take(5)
            .fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
        let (stem, end) = name.split_once('.').ok_or("a file without an ending")?;
        let hashed = format!("{stem}.{hash}.{end}");

        let mut small = Vec::new();
        let params = BrotliEncoderParams {
            quality: 11,
            size_hint: text.len(),
            ..Default::default()
        };
        brotli::BrotliCompress(&mut text.as_bytes(), &mut small, &params)?;

        // Browsers take Brotli over https only: a plain-http installation needs this copy.
        let mut plain = Vec::new();
        zopfli::compress(
            zopfli::Options::default(),
            zopfli::Format::Gzip,
            text.as_bytes(),
            &mut plain,
        )?;

        fs::write(out.join(name), &text)?;
        fs::write(out.join(format!("{name}.gz")), &plain)?;
        fs::write(out.join(format!("{name}.br")), &small)?;
        writeln!(
            table,
            "    Asset {{ name: \"{name}\", hashed: \"{hashed}\", url: \"/static/{hashed}\", mime: \"{mime}\", \
             raw: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")), \
             br: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.br\")), \
             gz: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.gz\")) }},"
        )?;
    }

    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

/// The style sheet as it is sent: without comments and without the indentation of its sources.
fn without_comments(css: &str) -> String {
    let mut left = css;
    let mut kept = String::with_capacity(css.len());
    while let Some((before, after)) = left.split_once("/*") {
        kept.push_str(before);
        left = after.split_once("*/").map_or("", |(_, rest)| rest);
    }
    kept.push_str(left);
    joined(kept.lines().map(str::trim).filter(|line| !line.is_empty()))
}

/// The script as it is sent: indentation and lines that are only a comment stay in the sources.
fn without_line_comments(js: &str) -> String {
    joined(
        js.lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("//") && !line.is_empty()),
    )
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.fold(String::new(), |mut text, line| {
        text.push_str(line);
        text.push('\n');
        text
    })
}
