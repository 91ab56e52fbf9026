//! The texts inside the binary: the declarations, and the modules that playbooks require.

/// The declarations of `stdlib/meta`, by global; a test compares the list with the folder.
pub const META: &[(&str, &str)] = &[
    ("confirm", include_str!("../../stdlib/meta/confirm.lua")),
    ("connect", include_str!("../../stdlib/meta/connect.lua")),
    ("copy", include_str!("../../stdlib/meta/copy.lua")),
    ("defer", include_str!("../../stdlib/meta/defer.lua")),
    ("help", include_str!("../../stdlib/meta/help.lua")),
    ("host", include_str!("../../stdlib/meta/host.lua")),
    ("json", include_str!("../../stdlib/meta/json.lua")),
    ("log", include_str!("../../stdlib/meta/log.lua")),
    ("notify", include_str!("../../stdlib/meta/notify.lua")),
    ("null", include_str!("../../stdlib/meta/null.lua")),
    ("playbook", include_str!("../../stdlib/meta/playbook.lua")),
    ("query", include_str!("../../stdlib/meta/query.lua")),
    ("retry", include_str!("../../stdlib/meta/retry.lua")),
    ("schema", include_str!("../../stdlib/meta/schema.lua")),
    ("secret", include_str!("../../stdlib/meta/secret.lua")),
    ("show", include_str!("../../stdlib/meta/show.lua")),
    ("sleep", include_str!("../../stdlib/meta/sleep.lua")),
    ("step", include_str!("../../stdlib/meta/step.lua")),
    ("trigger", include_str!("../../stdlib/meta/trigger.lua")),
    ("tunnel", include_str!("../../stdlib/meta/tunnel.lua")),
    ("usage", include_str!("../../stdlib/meta/usage.lua")),
    ("verify", include_str!("../../stdlib/meta/verify.lua")),
    ("watermark", include_str!("../../stdlib/meta/watermark.lua")),
];

/// Name and text of each `stdlib/*.lua`, which `require` finds; a test compares the list with the folder.
pub const MODULES: &[(&str, &str)] = &[("promote", include_str!("../../stdlib/promote.lua"))];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    #[track_caller]
    fn is_all_of(embedded: &[(&str, &str)], folder: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let on_disk: BTreeSet<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "lua"))
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        let embedded: BTreeSet<_> = embedded
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        assert_eq!(on_disk, embedded);
    }

    #[test]
    fn every_declaration_and_every_module_of_the_folders_is_in_the_binary() {
        is_all_of(super::META, "stdlib/meta");
        is_all_of(super::MODULES, "stdlib");
    }
}
