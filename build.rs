//! Makes the files a browser loads: style sheets, scripts, an icon sprite, fonts. Each gets a name that holds the hash of its
//! content, so that browsers may keep it forever. Text has a Brotli and a gzip copy made once, here.

#![allow(clippy::disallowed_macros, reason = "a build script talks to cargo by printing")]

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use brotli::enc::BrotliEncoderParams;
use sha2::{Digest, Sha256};

/// Served file, its mime type, and the sources that make it, in this order.
const FILES: &[(&str, &str, &[&str])] = &[
    // Fonts first: the style sheet names them by their hashed names.
    ("inter.woff2", "font/woff2", &["inter.woff2"]),
    ("inter-ext.woff2", "font/woff2", &["inter-ext.woff2"]),
    (
        "console.css",
        "text/css; charset=utf-8",
        &["tokens.css", "base.css", "parts.css", "pages.css"],
    ),
    // Loaded only by the pages that need it, to keep the first page small.
    ("extra.css", "text/css; charset=utf-8", &["extra.css"]),
    ("charts.css", "text/css; charset=utf-8", &["charts.css"]),
    ("reference.css", "text/css; charset=utf-8", &["reference.css"]),
    (
        "console.js",
        "text/javascript; charset=utf-8",
        &["htmx.min.js", "console.js"],
    ),
    ("matrix.js", "text/javascript; charset=utf-8", &["matrix.js"]),
    ("passkeys.js", "text/javascript; charset=utf-8", &["passkeys.js"]),
    ("icons.svg", "image/svg+xml", &["icons.svg"]),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=static");

    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let mut table = String::from("/// Every file that a browser may fetch.\npub static ASSETS: &[Asset] = &[\n");
    let mut fonts: Vec<(&str, String)> = Vec::new();

    for (name, mime, sources) in FILES {
        let mut content = Vec::new();
        for source in *sources {
            content.extend(fs::read(Path::new("static").join(source))?);
        }
        let text = mime.starts_with("text/") || mime.starts_with("image/svg");
        if text {
            let mut read = String::from_utf8(content)?;
            if mime.starts_with("text/css") {
                read = without_comments(&read);
                for (font, hashed) in &fonts {
                    read = read.replace(&format!("url({font})"), &format!("url({hashed})"));
                }
            }
            if mime.starts_with("text/javascript") {
                read = without_line_comments(&read);
            }
            content = read.into_bytes();
        }

        let hash = Sha256::digest(&content)
            .iter()
            .take(5)
            .fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
        let (stem, end) = name.split_once('.').ok_or("a file without an ending")?;
        let hashed = format!("{stem}.{hash}.{end}");

        fs::write(out.join(name), &content)?;
        let mut copies = "&[], &[]".to_owned();
        if text {
            compress(out, name, &content)?;
            copies = ["br", "gz"]
                .map(|end| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.{end}\"))"))
                .join(", ");
        }
        writeln!(
            table,
            "    Asset::new(\"{name}\", \"{hashed}\", \"/static/{hashed}\", \"{mime}\", \
             include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")), {copies}),"
        )?;
        if *mime == "font/woff2" {
            fonts.push((name, hashed));
        }
    }

    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

/// Writes the Brotli copy and the gzip copy: browsers take Brotli over https only.
fn compress(out: &Path, name: &str, content: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut small = Vec::new();
    let params = BrotliEncoderParams {
        quality: 11,
        size_hint: content.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &content[..], &mut small, &params)?;
    fs::write(out.join(format!("{name}.br")), &small)?;
    let mut plain = Vec::new();
    zopfli::compress(zopfli::Options::default(), zopfli::Format::Gzip, content, &mut plain)?;
    fs::write(out.join(format!("{name}.gz")), &plain)?;
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
