//! The screens are embedded from `packages/ui/dist`. Without a build of them there is an empty folder, and the server says so.

use std::{fs, path::Path};

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages/ui/dist");
    // A read-only checkout with the folder in place builds as well.
    if let Err(error) = fs::create_dir_all(&dist) {
        println!("cargo::warning=packages/ui/dist cannot be made: {error}");
    }
    println!("cargo::rerun-if-changed={}", dist.display());
}
