use std::io::{BufRead, BufReader, Read, Write};
use std::iter;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// What the tests' own servers have to know of a request.
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
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    iter::from_fn(move || read(&mut reader))
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { path, body: String::from_utf8(body).ok()? })
}

/// What a server answers.
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
pub(crate) fn post(address: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let length = body.len();
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}\
         content-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("it reads");
    // Where the body is too large, the answer comes before its end.
    let _ = stream.write_all(body.as_bytes());
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    let (head, body) = text.split_once("\r\n\r\n").expect("a header");
    let mut lines = head.lines().map(str::to_ascii_lowercase);
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    Response { status: status.expect("a status"), header: lines.collect(), body: body.to_owned() }
}
