//! A program with the runtime alone: what `call` is compared with.

fn main() -> std::io::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {});
    Ok(())
}
