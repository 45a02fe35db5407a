//! The page as a browser shows and prints it.

use super::SAMPLES;
use admit_tests::{Browser, Packages, Width, axe, node_packages};
use serde_json::{Value, json};
use std::fs;

const PHONE: Width = Width(360);
const DESK: Width = Width(1280);

#[test]
fn the_page_fits_a_phone_loads_nothing_and_is_accessible() {
    let Some(mut browser) = Browser::start("report in Chromium") else { return };
    let packages = node_packages("report with axe");
    let folder = tempfile::tempdir().unwrap();
    let pages = [("samples", SAMPLES.clone()), ("hostile", super::hostile::page())];
    for (name, page) in pages {
        let file = folder.path().join(name).with_extension("html");
        fs::write(&file, page).unwrap();
        for (width, scheme) in [(PHONE, "light"), (DESK, "light"), (DESK, "dark"), (PHONE, "dark")]
        {
            browser.prefer(scheme);
            browser.open(&file, width);
            let shown = browser.ask("document.documentElement.scrollWidth");
            assert_eq!(shown, width.0, "{name}: wider than the screen");
            // The style is there, and follows the preferred scheme.
            let paper = browser.ask("getComputedStyle(document.body).backgroundColor");
            assert_eq!(paper == "rgb(255, 255, 255)", scheme == "light", "{name}: {paper}");
            if let Some(packages) = packages {
                let found = objections(&mut browser, packages);
                assert_eq!(found, json!([]), "{name} at {width:?}, {scheme}");
            }
            assert_eq!(browser.requests(), [format!("file://{}", file.display())]);
            assert_eq!(browser.complaints(), Vec::<Value>::new());
        }
        // The first bytes of a PDF, as base64.
        assert!(browser.print().starts_with("JVBERi0"));
    }
}

/// The findings of axe, by the names of its rules.
fn objections(browser: &mut Browser, packages: &'static Packages) -> Value {
    browser.ask(&axe(packages));
    browser.ask(
        "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>\
         violations.map(({ id, nodes }) => [id, nodes[0].html, nodes[0].failureSummary]))",
    )
}

/// The test above would notice a violation: here the browser reports one.
#[test]
fn the_browser_reports_requests_of_a_page() {
    let Some(mut browser) = Browser::start("a bad page in Chromium") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.html");
    let policy = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">";
    let image = "<img src='b.png' style='width: 900px' alt=''>";
    fs::write(&file, format!("<!DOCTYPE html><title>bad</title>{image}")).unwrap();
    browser.open(&file, PHONE);
    assert_eq!(browser.requests().len(), 2);
    assert_ne!(browser.ask("document.documentElement.scrollWidth"), PHONE.0);
    fs::write(&file, format!("<!DOCTYPE html>{policy}<title>bad</title>{image}")).unwrap();
    browser.open(&file, PHONE);
    assert!(!browser.complaints().is_empty());
    let Some(packages) = node_packages("a bad page with axe") else { return };
    fs::write(&file, "<!DOCTYPE html><p style='color: #ccc; background: #fff'>pale</p>").unwrap();
    browser.open(&file, PHONE);
    let found = objections(&mut browser, packages);
    for rule in ["color-contrast", "document-title", "html-has-lang"] {
        assert!(found.to_string().contains(rule), "{rule}: {found}");
    }
}
