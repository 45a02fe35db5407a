//! Measures what the client costs: the size of a program, its start, and look-ups over loopback.
//!
//! ```sh
//! cargo build --release -p admit-outbound --examples && target/release/examples/figures
//! ```

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write, stdout};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs, thread};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Programs of each kind that are started.
const STARTS: usize = 25;
/// Look-ups of one program.
const LOOK_UPS: usize = 400;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let folder = env::current_exe()?.parent().ok_or("no folder")?.to_owned();
    let (bare, call) = (folder.join("bare"), folder.join("call"));
    let mut out = stdout().lock();

    let megabytes =
        |program: &Path| -> Result<f64> { Ok(fs::metadata(program)?.len() as f64 / 1e6) };
    let (without, with) = (megabytes(&bare)?, megabytes(&call)?);
    writeln!(out, "size of a program: {with:.2} MB, without the client {without:.2} MB")?;

    let (mut starts, mut bare_starts) = (Vec::new(), Vec::new());
    for _ in 0..4 * STARTS {
        bare_starts.push(start_and_end(&bare)?);
        starts.push(start_and_end(&call)?);
    }
    let (with, without) = (milliseconds(&mut starts, 50), milliseconds(&mut bare_starts, 50));
    writeln!(out, "start and end of a process: {with:.2} ms, without the client {without:.2} ms")?;

    let (authority, https) = https_server(&folder)?;
    let http = http_server()?;
    for (name, url, authority) in [("HTTP", http, None), ("HTTPS", https, Some(authority))] {
        let (mut first, mut processor, mut warm, mut peak) = (vec![], vec![], vec![], 0);
        for _ in 0..STARTS {
            let mut command = Command::new(&call);
            command.arg(&url).arg(LOOK_UPS.to_string()).args(&authority);
            let output = command.output()?;
            let text = String::from_utf8(output.stdout)?;
            let numbers: Vec<u64> = text.lines().filter_map(|line| line.parse().ok()).collect();
            let [one, rest @ .., of_first, memory] = numbers.as_slice() else {
                return Err(String::from_utf8_lossy(&output.stderr).into());
            };
            first.push(*one);
            processor.push(*of_first);
            warm.extend_from_slice(rest);
            peak = peak.max(*memory);
        }
        let [first_0, first_50] = [0, 50].map(|percent| milliseconds(&mut first, percent));
        let processor = milliseconds(&mut processor, 50);
        let [warm_0, warm_50] = [0, 50].map(|percent| milliseconds(&mut warm, percent));
        let peak = peak as f64 / 1e6;
        writeln!(
            out,
            "{name}: first look-up {first_50:.2} ms (best {first_0:.2}), of which {processor:.2} ms of \
             processor time; later ones {warm_50:.3} ms (best {warm_0:.3}); peak memory {peak:.1} MB"
        )?;
    }
    Ok(())
}

fn start_and_end(program: &Path) -> Result<u64> {
    let start = Instant::now();
    let status = Command::new(program).status()?;
    let time = u64::try_from(start.elapsed().as_nanos())?;
    if status.success() { Ok(time) } else { Err("a program fails".into()) }
}

fn milliseconds(nanoseconds: &mut [u64], percent: usize) -> f64 {
    nanoseconds.sort_unstable();
    let at = (nanoseconds.len() * percent / 100).min(nanoseconds.len().saturating_sub(1));
    nanoseconds.get(at).map_or(f64::NAN, |time| *time as f64 / 1e6)
}

fn http_server() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = stream.set_nodelay(true);
            thread::spawn(move || answer(stream));
        }
    });
    Ok(url)
}

/// The file with the server's authority, and the URL.
fn https_server(folder: &Path) -> Result<(PathBuf, String)> {
    let mut params = CertificateParams::new([])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let file = folder.join("authority.der");
    fs::write(&file, params.self_signed(&key)?.der())?;
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["localhost".to_owned()])?.signed_by(&key, &issuer)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der())?,
        )?;
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("https://localhost:{}", listener.local_addr()?.port());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = stream.set_nodelay(true);
            let Ok(connection) = ServerConnection::new(Arc::clone(&config)) else { continue };
            thread::spawn(move || answer(StreamOwned::new(connection, stream)));
        }
    });
    Ok((file, url))
}

/// Answers each request on a connection with one user.
fn answer(stream: impl Read + Write) -> Option<()> {
    const BODY: &str = concat!(
        r#"{"Users":[{"Username":"mary","UserStatus":"CONFIRMED","Enabled":true,"Attributes":["#,
        r#"{"Name":"email","Value":"mary_major@example.com"},"#,
        r#"{"Name":"email_verified","Value":"true"}]}]}"#
    );
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n",
        BODY.len()
    );
    let answer = head + BODY;
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).ok()? <= 2 {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse().ok()?;
            }
        }
        if length == 0 {
            return None;
        }
        stream.read_exact(&mut vec![0; length]).ok()?;
        stream.get_mut().write_all(answer.as_bytes()).ok()?;
        stream.get_mut().flush().ok()?;
    }
}
