//! Puts the few lines of a hostile guest into a whole component.
//!
//! A guest's text is a list of forms, each of which starts at the beginning of a line.
//! Those that belong to a component (`(core …`, `(type $… (resource`) go there, all others
//! into its core module. What a guest does not define itself, the template does: `$realloc`,
//! `$configure`, `$evaluate`, `$after-configure` and `$after-evaluate` (the post-returns),
//! the `$memory` and the functions of a `$host`. A text that is a `(component` stays as it is.

use std::path::Path;
use std::{fs, iter};

const COMPONENT: [(&str, &str); 2] = [
    ("(core module $memory", "(core module $memory (memory (export \"memory\") 1))"),
    ("(core instance $host", "(core instance $host)"),
];

const CORE: [(&str, &str); 5] = [
    (
        "(func $realloc",
        "(global $free (mut i32) (i32.const 8192))
         (func $realloc (type $realloc) (local $start i32)
           (local.set $start (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
           (global.set $free (i32.add (local.get $start) (local.get 3)))
           (if (i32.gt_u (global.get $free) (i32.mul (memory.size) (i32.const 65536)))
             (then (drop (memory.grow
               (i32.add (i32.const 1) (i32.div_u (local.get 3) (i32.const 65536)))))))
           (local.get $start))",
    ),
    ("(func $configure", "(func $configure (type $configure) (i32.const 2048))"),
    ("(func $evaluate", "(func $evaluate (type $evaluate) (call $allow))"),
    ("(func $after-configure", "(func $after-configure (param i32))"),
    ("(func $after-evaluate", "(func $after-evaluate (param i32))"),
];

/// The component that a file in `tests/guests` describes.
pub(crate) fn component(file: &Path) -> Vec<u8> {
    let text = fs::read_to_string(file).expect("a guest");
    let whole = if is_partial(file) { fill(&text) } else { text };
    wat::parse_str(&whole).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The same component with replacements in its whole text.
pub(crate) fn changed(file: &Path, changes: &[(&str, &str)]) -> Vec<u8> {
    let mut text = fill(&fs::read_to_string(file).expect("a guest"));
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Whether a guest is but a part of a component.
pub(crate) fn is_partial(file: &Path) -> bool {
    let text = fs::read_to_string(file).expect("a guest");
    forms(&text).next().is_some_and(|form| !form.starts_with("(component"))
}

/// The forms of a text without the comments between them.
fn forms(text: &str) -> impl Iterator<Item = String> {
    let mut lines = text.lines().filter(|line| !line.starts_with(";;")).peekable();
    iter::from_fn(move || {
        let mut form = lines.next()?.to_owned();
        while let Some(line) = lines.next_if(|line| !line.starts_with('(')) {
            form.push('\n');
            form.push_str(line);
        }
        Some(form)
    })
}

fn fill(text: &str) -> String {
    let is_components = |form: &String| {
        ["(core ", "(type $resource ", "(component "].iter().any(|start| form.starts_with(start))
    };
    let (component, core): (Vec<_>, Vec<_>) = forms(text).partition(is_components);
    let missing = |defaults: &[(&str, &str)]| {
        let defined = |name: &str| component.iter().chain(&core).any(|form| form.starts_with(name));
        let missing = defaults.iter().filter(|(name, _)| !defined(name));
        missing.map(|(_, default)| format!("{default}\n")).collect::<String>()
    };
    let imports = |form: &&String| form.starts_with("(import");
    let join = |forms: &mut dyn Iterator<Item = &String>| -> String {
        forms.map(|form| format!("{form}\n")).collect()
    };
    include_str!("guest_template.wat")
        .replace(";; COMPONENT", &(join(&mut component.iter()) + &missing(&COMPONENT)))
        .replace(";; IMPORTS", &join(&mut core.iter().filter(imports)))
        .replace(
            ";; CORE",
            &(join(&mut core.iter().filter(|form| !imports(form))) + &missing(&CORE)),
        )
}
