//! Markdown as the tests read it: what documents show is what is run and compared.

use std::collections::BTreeSet;

/// A fenced block of a document.
pub struct Block {
    /// The text behind the fence.
    pub info: String,
    /// The content, without the indentation of the fence.
    pub text: String,
    /// The line of the fence, from 1.
    pub line: usize,
    /// The last line before it that is not empty.
    pub before: String,
}

/// All fenced blocks, in order.
pub fn fenced(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = String::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            if !line.trim().is_empty() {
                line.trim().clone_into(&mut before);
            }
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        let mut block = Block {
            info: info.trim().to_owned(),
            text: String::new(),
            line: number + 1,
            before: std::mem::take(&mut before),
        };
        loop {
            let (_, line) = lines.next().unwrap_or_else(|| panic!("line {}: no end", number + 1));
            if line.trim() == "```" {
                break;
            }
            block.text += line.get(indent..).unwrap_or("");
            block.text.push('\n');
        }
        blocks.push(block);
    }
    blocks
}

/// The blocks of a language.
pub fn blocks(text: &str, language: &str) -> Vec<String> {
    let blocks = fenced(text).into_iter().filter(|block| block.info == language);
    blocks.map(|block| block.text).collect()
}

/// The text from a heading, given with its signs, to the next one of its level or above.
pub fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page.find(&format!("\n{heading}\n"));
    let start = start.unwrap_or_else(|| panic!("no heading `{heading}`")) + heading.len() + 2;
    let level = heading.bytes().take_while(|byte| *byte == b'#').count();
    let ends = (2..=level).filter_map(|level| {
        let next = format!("\n{} ", "#".repeat(level));
        page[start..].find(&next).map(|end| start + end)
    });
    &page[start..ends.min().unwrap_or(page.len())]
}

/// The rows of the table with this header.
pub fn table(text: &str, header: &[&str]) -> Vec<Vec<String>> {
    let header = format!("| {} |", header.join(" | "));
    let mut lines = text.lines().skip_while(|line| *line != header).skip(2);
    let rows: Vec<Vec<String>> = lines
        .by_ref()
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    assert!(!rows.is_empty(), "no table `{header}`");
    assert!(lines.all(|line| line != header), "two tables `{header}`");
    rows
}

/// A document without its fenced blocks and without code in its lines.
fn prose(text: &str) -> String {
    let mut prose = String::new();
    let mut inside = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside {
            prose.extend(line.split('`').step_by(2));
            prose.push('\n');
        }
    }
    prose
}

/// Where the links of a document lead to that are no addresses of the web.
pub fn links(text: &str) -> Vec<String> {
    // A link's text may be code, so that it is cut out between its brackets.
    let prose = prose(text);
    let inline = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let references = prose.lines().filter(|line| line.starts_with('['));
    let references = references.filter_map(|line| line.split("]: ").nth(1));
    let all = inline.chain(references).map(|link| link.trim().to_owned());
    all.filter(|link| !link.starts_with("https://")).collect()
}

/// The anchors of a document's headings.
pub fn anchors(text: &str) -> BTreeSet<String> {
    let mut inside = false;
    let headings = text.lines().filter(|line| {
        inside ^= line.trim_start().starts_with("```");
        !inside && line.starts_with('#')
    });
    headings
        .map(|line| {
            let line = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            line.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
        })
        .collect()
}
