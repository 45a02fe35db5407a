//! HTTP/1.1, as far as the tests need it.

use std::io::{Read, Write};
use std::iter;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// A request, as far as the tests' own servers need it.
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) body: String,
}

/// Listens on a free port of 127.0.0.1 and serves each connection in a thread of its own,
/// as long as the process lives.
pub(crate) fn listen(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    address
}

/// The requests of a connection, until the client closes it.
pub(crate) fn requests(stream: &TcpStream) -> impl Iterator<Item = Request> + use<> {
    let mut reader = Reader::new(stream.try_clone().expect("a stream"));
    iter::from_fn(move || reader.request())
}

/// Reads requests by as few system calls and allocations as there can be: what is measured
/// through it should not be the reader.
struct Reader {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// How much of the buffer was read from the stream.
    filled: usize,
}

impl Reader {
    const ROOM: usize = 64 << 10;

    fn new(stream: TcpStream) -> Reader {
        Reader { stream, buffer: vec![0; Reader::ROOM], filled: 0 }
    }

    fn request(&mut self) -> Option<Request> {
        const END: &[u8] = b"\r\n\r\n";
        let mut searched: usize = 0;
        let head = loop {
            let from = searched.saturating_sub(END.len());
            let read = &self.buffer[from..self.filled];
            if let Some(end) = read.windows(END.len()).position(|bytes| bytes == END) {
                break from + end + END.len();
            }
            searched = self.filled;
            self.read()?;
        };
        let text = str::from_utf8(&self.buffer[..head]).ok()?;
        let mut lines = text.split("\r\n");
        let path = lines.next()?.split(' ').nth(1)?.to_owned();
        let length = match lines.find_map(content_length) {
            Some(length) => length.parse().ok()?,
            None => 0,
        };
        while self.filled < head + length {
            self.read()?;
        }
        let body = self.buffer[head..head + length].to_vec();
        self.buffer.copy_within(head + length..self.filled, 0);
        self.filled -= head + length;
        Some(Request { path, body: String::from_utf8(body).ok()? })
    }

    fn read(&mut self) -> Option<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(2 * self.filled, 0);
        }
        let read = self.stream.read(&mut self.buffer[self.filled..]).ok()?;
        self.filled += read;
        (read > 0).then_some(())
    }
}

fn content_length(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    name.eq_ignore_ascii_case("content-length").then_some(value.trim())
}

/// The answer of a server.
#[derive(Debug)]
pub struct Response {
    /// Such as 200.
    pub status: u16,
    /// The header, a line each, in small letters.
    pub header: Vec<String>,
    /// The body.
    pub body: String,
}

/// Posts a body to a server on this machine.
pub fn post(address: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let length = body.len();
    let names_host = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
    let host = (!names_host).then_some(("host", address));
    let headers: String = headers
        .iter()
        .copied()
        .chain(host)
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let head = format!(
        "POST {path} HTTP/1.1\r\nconnection: close\r\n{headers}\
         content-length: {length}\r\n\r\n"
    );
    // Where the body is too large, or is not read, the answer comes before its end, and the
    // connection may then be closed without more.
    let _ = stream.write_all(&[head.as_bytes(), body.as_bytes()].concat());
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a header");
    let mut lines = head.lines().map(str::to_ascii_lowercase);
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    Response { status: status.expect("a status"), header: lines.collect(), body: body.to_owned() }
}
