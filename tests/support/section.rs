//! Custom sections of components.

/// A component with one more custom section, such as its metadata.
pub fn with_section(component: &[u8], name: &str, data: &[u8]) -> Vec<u8> {
    let content = [&leb128(name.len())[..], name.as_bytes(), data].concat();
    [component, &section(0, &content)].concat()
}

/// A section of a module or component, by the number of its kind.
pub fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], &leb128(content.len())[..], content].concat()
}

/// A number as WebAssembly writes lengths.
pub fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 & 0x7f | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}
