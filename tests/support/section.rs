//! Custom sections of components.

/// A component with one more custom section, in which a policy says what it is or anybody says
/// anything.
pub fn with_section(component: &[u8], name: &str, data: &[u8]) -> Vec<u8> {
    let mut content = length(name.len());
    content.extend(name.as_bytes());
    content.extend(data);
    [component, &[0], &length(content.len()), &content].concat()
}

/// LEB128.
fn length(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 & 0x7f | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}
