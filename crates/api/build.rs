//! The screens are embedded from `packages/ui/dist`, the tag from `packages/sdk/dist/web`. Without a build of them there is an empty folder, and the server says so.

use std::{fs, path::Path};

fn main() {
    for folder in ["packages/ui/dist", "packages/sdk/dist/web"] {
        let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
        // A read-only checkout with the folder in place builds as well.
        if let Err(error) = fs::create_dir_all(&dist) {
            println!("cargo::warning={folder} cannot be made: {error}");
        }
        println!("cargo::rerun-if-changed={}", dist.display());
    }
}
