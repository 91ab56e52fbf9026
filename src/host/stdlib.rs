//! The Lua modules inside the binary.

/// Name and text of each `stdlib/*.lua`; a test compares the list with the folder.
pub const MODULES: &[(&str, &str)] = &[("promote", include_str!("../../stdlib/promote.lua"))];

pub(super) fn module(name: &str) -> Option<&'static str> {
    MODULES
        .iter()
        .find(|(module, _)| *module == name)
        .map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_module_of_the_folder_is_in_the_binary() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib");
        let on_disk: BTreeSet<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "lua"))
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        let embedded: BTreeSet<_> = super::MODULES
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        assert_eq!(on_disk, embedded);
    }
}
