//! Real blocks, executed from block and witness only.

use std::path::{Path, PathBuf};

use zkrom_witness::{
    input::BlockInput,
    oracle::{BlockError, check_block},
    vectors::find_or_skip,
};

fn block_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".json.gz"))
        .collect();
    files.sort();
    files
}

fn is_post_merge(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy().to_string();
    ["paris", "shanghai", "cancun", "prague", "bpo1", "bpo2"].iter().any(|f| name.contains(&format!("_{f}.")))
}

#[test]
fn every_post_merge_block_gives_its_header() {
    let Some(folder) = find_or_skip("blocks", "every_post_merge_block_gives_its_header") else { return };
    let (mut done, mut old) = (0, 0);
    for path in block_files(&folder) {
        let input = BlockInput::load(&path).unwrap();
        let config = input.config().unwrap();
        let name = path.file_name().unwrap().to_string_lossy().to_string();
        if !is_post_merge(&path) {
            let error = check_block(&input, &config).unwrap_err();
            assert!(matches!(error, BlockError::Fork(_)), "{name}: {error}");
            assert!(error.to_string().contains("is before Paris"), "{name}: {error}");
            old += 1;
            continue;
        }
        let start = std::time::Instant::now();
        match check_block(&input, &config) {
            Ok(outcome) => println!(
                "{name}: {} txs, {} gas, {} steps, {} of {} nodes used, precompiles {:?}, {:.2?}",
                outcome.transactions.len(),
                outcome.gas_used,
                outcome.coverage.steps(),
                outcome.witness.nodes_used,
                outcome.witness.nodes,
                outcome.coverage.precompiles.values().collect::<Vec<_>>(),
                start.elapsed(),
            ),
            Err(error) => panic!("{name}: {error}"),
        }
        done += 1;
    }
    println!("{done} blocks from Paris on are valid, {old} older ones are refused");
    assert!(done >= 15);
}

#[test]
fn an_incomplete_witness_is_refused_for_its_missing_node() {
    let name = "blocks_special/mainnet_22075730_cancun_incomplete.json.gz";
    let Some(path) = find_or_skip(name, "an_incomplete_witness_is_refused") else { return };
    let input = BlockInput::load(path).unwrap();
    let error = check_block(&input, &input.config().unwrap()).unwrap_err();
    println!("{error}");
    assert!(error.is_incomplete_witness(), "{error}");
    assert!(error.to_string().contains("missing trie node 0x"), "{error}");
}

/// Instructions and precompile calls counted by an independent implementation on the same blocks.
const REFERENCE: [(&str, u64, u64); 9] = [
    ("mainnet_21429992_cancun", 620, 0),
    ("mainnet_21429020_cancun", 14_301, 0),
    ("mainnet_21688509_cancun", 43_507, 1),
    ("mainnet_25134887_bpo2", 173_696, 0),
    ("mainnet_19426587_cancun", 88_213, 45),
    ("mainnet_18884864_shanghai", 288_527, 2),
    ("mainnet_24647140_bpo2", 351_216, 15),
    ("mainnet_21287237_cancun", 410_571, 27),
    ("mainnet_23879620_prague", 6_308_134, 330 + 4155 + 975 + 975 + 15 + 15),
];

#[test]
fn counts_match_the_reference() {
    let Some(folder) = find_or_skip("blocks", "counts_match_the_reference") else { return };
    for (name, steps, calls) in REFERENCE {
        let input = BlockInput::load(folder.join(format!("{name}.json.gz"))).unwrap();
        let coverage = check_block(&input, &input.config().unwrap()).unwrap().coverage;
        let counted = (coverage.steps(), coverage.precompiles.values().sum::<u64>());
        assert_eq!(counted, (steps, calls), "{name}");
    }
}
