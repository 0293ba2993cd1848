use super::*;
use actix_web::body::to_bytes;
use actix_web::test::TestRequest;

#[expect(clippy::unused_async, reason = "the tests await it")]
async fn get(name: &str, headers: &[(&'static str, &str)]) -> HttpResponse {
    let mut req = TestRequest::get();
    for (key, value) in headers {
        req = req.insert_header((*key, *value));
    }
    show(&req.to_http_request(), name)
}

fn last(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

#[test]
fn every_name_in_use_has_an_address_with_a_hash() {
    for url in [
        css(),
        extra_css(),
        reference_css(),
        js(),
        matrix_js(),
        passkeys_js(),
        icons(),
        url("inter.woff2"),
        url("inter-ext.woff2"),
    ] {
        let parts: Vec<_> = last(url).split('.').collect();
        assert!(url.starts_with("/static/"), "{url}");
        assert_eq!(parts.len(), 3, "{url}");
        assert_eq!(parts[1].len(), 10, "{url}");
    }
    assert_eq!(find("nothing.css"), None);
}

#[test]
fn the_first_load_stays_small() {
    let size = |name: &str| ASSETS.iter().find(|a| a.name == name).unwrap().br.len();
    assert!(size("console.css") <= 8 * 1024, "css {}", size("console.css"));
    assert!(size("console.js") <= 14 * 1024, "js {}", size("console.js"));
    assert!(size("matrix.js") <= 1400, "matrix {}", size("matrix.js"));
    assert!(size("icons.svg") <= 2400, "icons {}", size("icons.svg"));
}

#[test]
fn styles_name_no_colour_outside_the_tokens() {
    for text in [
        include_str!("../../../static/base.css"),
        include_str!("../../../static/parts.css"),
        include_str!("../../../static/pages.css"),
    ] {
        for line in text.lines() {
            assert!(!line.contains("rgb(") && !line.contains("hsl("), "{line}");
            let hex = line
                .split('#')
                .skip(1)
                .any(|rest| rest.len() >= 3 && rest.chars().take(3).all(|c| c.is_ascii_hexdigit()));
            assert!(!hex, "{line}");
        }
    }
}

#[actix_web::test]
async fn a_browser_that_takes_brotli_gets_it() {
    let answer = get(last(css()), &[("accept-encoding", "gzip, deflate, br, zstd")]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers().get("content-encoding").unwrap(), "br");
    assert_eq!(answer.headers().get("vary").unwrap(), "Accept-Encoding");
    assert_eq!(answer.headers().get("cache-control").unwrap(), FOR_EVER);
    assert_eq!(answer.headers().get("x-content-type-options").unwrap(), "nosniff");
}

#[actix_web::test]
async fn without_brotli_gzip_is_sent() {
    let answer = get(last(css()), &[("accept-encoding", "gzip, deflate, br;q=0")]).await;
    assert_eq!(answer.headers().get("content-encoding").unwrap(), "gzip");
    let body = to_bytes(answer.into_body()).await.unwrap();
    assert!(body.starts_with(&[0x1f, 0x8b]), "{:?}", body.get(..2));
}

#[actix_web::test]
async fn the_style_sheet_names_the_fonts_that_are_served() {
    let sheet = String::from_utf8(ASSETS.iter().find(|a| a.name == "console.css").unwrap().raw.to_vec()).unwrap();
    for name in ["inter.woff2", "inter-ext.woff2"] {
        assert!(sheet.contains(&format!("url({})", last(url(name)))), "{name}");
        let answer = get(last(url(name)), &[("accept-encoding", "gzip, br")]).await;
        assert_eq!(answer.headers().get("content-type").unwrap(), "font/woff2");
        assert!(answer.headers().get("content-encoding").is_none());
        assert!(to_bytes(answer.into_body()).await.unwrap().starts_with(b"wOF2"));
    }
}

#[actix_web::test]
async fn others_get_the_plain_text() {
    for accepted in ["identity", "gzip;q=0, br;q=0", "br; q=0.0"] {
        let answer = get(last(css()), &[("accept-encoding", accepted)]).await;
        assert!(answer.headers().get("content-encoding").is_none(), "{accepted}");
        let body = to_bytes(answer.into_body()).await.unwrap();
        assert!(body.starts_with(b"@layer"), "{accepted}");
    }
}

#[actix_web::test]
async fn what_the_browser_holds_is_not_sent_again() {
    let first = get(last(js()), &[("accept-encoding", "br")]).await;
    let tag = first.headers().get("etag").unwrap().to_str().unwrap().to_owned();
    let again = get(last(js()), &[("accept-encoding", "br"), ("if-none-match", &tag)]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(to_bytes(again.into_body()).await.unwrap().is_empty());
    let plain = get(last(js()), &[("if-none-match", &tag)]).await;
    assert_eq!(plain.status(), StatusCode::OK);
}

#[actix_web::test]
async fn other_names_are_not_found() {
    for name in ["console.css", "console.0000000000.css", "../Cargo.toml", ""] {
        assert_eq!(get(name, &[]).await.status(), StatusCode::NOT_FOUND, "{name}");
    }
}
