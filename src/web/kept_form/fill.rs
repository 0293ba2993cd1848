//! Fills the form of a page with what was typed before.

use std::cell::RefCell;
use std::rc::Rc;

use lol_html::html_content::{ContentType, Element};
use lol_html::{RewriteStrSettings, element, end_tag, rewrite_str};

/// What people read above a form that was filled in.
const NOTE: &str = "<p class=\"note\" data-tone=\"info\" role=\"status\">What you typed before is filled in. Check it, then send it again.</p>";

#[derive(Default)]
struct Filling {
    fields: Vec<(String, String)>,
    /// Whether the element is in the form.
    inside: bool,
    /// Whether the page has the form.
    found: bool,
    /// The name of the select that the next options belong to.
    select: Option<String>,
}

impl Filling {
    fn has(&self, name: &str, value: &str) -> bool {
        self.fields.iter().any(|(field, typed)| field == name && typed == value)
    }

    /// The next value of a field. A repeated field has its values in the order of the page.
    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.fields.iter().position(|(field, _)| field == name)?;
        Some(self.fields.remove(at).1)
    }

    fn input(&mut self, element: &mut Element<'_, '_>) {
        let Some(name) = element.get_attribute("name") else {
            return;
        };
        let kind = element.get_attribute("type").unwrap_or_default();
        match kind.as_str() {
            "checkbox" | "radio" => {
                let value = element.get_attribute("value").unwrap_or_else(|| "on".to_owned());
                if self.has(&name, &value) {
                    let _ = element.set_attribute("checked", "");
                } else {
                    element.remove_attribute("checked");
                }
            }
            "hidden" | "submit" | "button" | "file" | "password" => {}
            _ => {
                if let Some(value) = self.take(&name) {
                    // The rewriter escapes quotes only.
                    let _ = element.set_attribute("value", &value.replace('&', "&amp;"));
                }
            }
        }
    }

    fn option(&mut self, element: &mut Element<'_, '_>) {
        let Some(select) = self.select.clone() else { return };
        if !self.fields.iter().any(|(field, _)| *field == select) {
            return;
        }
        let value = element.get_attribute("value").unwrap_or_default();
        if self.has(&select, &value) {
            let _ = element.set_attribute("selected", "");
        } else {
            element.remove_attribute("selected");
        }
    }
}

/// The path of a form's action on a page: a relative one is beside the page.
fn resolved(action: &str, page: &str) -> String {
    let action = action.split(['?', '#']).next().unwrap_or_default();
    if action.is_empty() {
        page.to_owned()
    } else if action.starts_with('/') {
        action.to_owned()
    } else {
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{action}")
    }
}

/// The page with the form filled in; `None` when it has no form that is sent to `action`.
pub fn filled(html: &str, page: &str, action: &str, fields: Vec<(String, String)>) -> Option<String> {
    let filling = Rc::new(RefCell::new(Filling {
        fields,
        ..Filling::default()
    }));
    let (form, input, textarea) = (filling.clone(), filling.clone(), filling.clone());
    let (select, option) = (filling.clone(), filling.clone());
    let handlers = vec![
        element!("form[action]", move |element| {
            let to = element.get_attribute("action").unwrap_or_default();
            let mut state = form.borrow_mut();
            // The first form of the page that fits; later ones have other fields.
            if state.found || resolved(&to, page) != action {
                return Ok(());
            }
            (state.inside, state.found) = (true, true);
            element.prepend(NOTE, ContentType::Html);
            let form = form.clone();
            element.on_end_tag(end_tag!(move |_| {
                form.borrow_mut().inside = false;
                Ok(())
            }))?;
            Ok(())
        }),
        element!("input", move |element| {
            let mut state = input.borrow_mut();
            if state.inside {
                state.input(element);
            }
            Ok(())
        }),
        element!("textarea", move |element| {
            let mut state = textarea.borrow_mut();
            let name = element.get_attribute("name").filter(|_| state.inside);
            if let Some(value) = name.and_then(|name| state.take(&name)) {
                // The first line break of a textarea is not part of its value.
                element.set_inner_content(&format!("\n{value}"), ContentType::Text);
            }
            Ok(())
        }),
        element!("select", move |element| {
            let mut state = select.borrow_mut();
            state.select = element.get_attribute("name").filter(|_| state.inside);
            Ok(())
        }),
        element!("option", move |element| {
            option.borrow_mut().option(element);
            Ok(())
        }),
    ];
    let settings = RewriteStrSettings {
        element_content_handlers: handlers,
        ..RewriteStrSettings::new()
    };
    let html = rewrite_str(html, settings).ok()?;
    filling.borrow().found.then_some(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_gets_back_what_was_typed_and_other_forms_stay() {
        let html = r#"<form action="/other"><input name="name" value="x"></form>
            <form method="post" action="people"><input type="hidden" name="seen" value="1">
            <input name="name" value="Old"><textarea name="note">Old</textarea>
            <input type="checkbox" name="on" value="yes" checked><input type="radio" name="role" value="a" checked>
            <input type="radio" name="role" value="b"><select name="zone"><option value="u" selected>U</option>
            <option value="v">V</option></select></form><input name="name" value="after">"#;
        let typed = [
            ("name", "O\"Neill &lt; <b>"),
            ("note", "a\nb"),
            ("role", "b"),
            ("zone", "v"),
            ("seen", "9"),
        ];
        let typed = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let page = filled(html, "/organizations/x/new", "/organizations/x/people", typed).expect("the form");
        assert!(
            page.contains(r#"<form action="/other"><input name="name" value="x">"#),
            "{page}"
        );
        assert!(page.contains(r#"value="O&quot;Neill &amp;lt; <b>""#), "{page}");
        assert!(page.contains("<textarea name=\"note\">\na\nb</textarea>"), "{page}");
        assert!(page.contains(r#"name="on" value="yes">"#), "{page}");
        assert!(page.contains(r#"name="role" value="a">"#), "{page}");
        assert!(page.contains(r#"name="role" value="b" checked="""#), "{page}");
        assert!(
            page.contains(r#"<option value="u">"#) && page.contains(r#"<option value="v" selected="""#),
            "{page}"
        );
        assert!(
            page.contains(r#"name="seen" value="1""#) && page.contains(r#"value="after""#),
            "{page}"
        );
        assert!(page.contains("What you typed before"), "{page}");
        assert_eq!(filled(html, "/a/b", "/nowhere", Vec::new()), None);
    }
}
