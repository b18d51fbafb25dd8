//! The example programs through the whole machine: checked, proved, verified; and dishonest variations refused.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use alloy_primitives::U256;
use common::every_op::{self, BINARY, MEM_OPS};
use common::{image, input, record, whole};
use p3_lookup::{Kind, check_multiplicity_height_bound};
use zkrom_asm::isa::{ModulusId, Op, Op2, Op3, PUBLIC_WORDS};
use zkrom_stark::buses::Bus;
use zkrom_stark::key::packed_lookups;
use zkrom_stark::machine::{ChipId, Shape, WIDTH_BUDGET, chips, inventory, page};

#[test]
fn factorial() {
    let image = image("rom/examples/factorial.zkasm");
    let record = record(&image, input(&[20], &[]));
    assert_eq!(record.public_out[0], U256::from(2_432_902_008_176_640_000_u64));
    whole(&image, &record);
}

#[test]
fn keccak() {
    let image = image("rom/examples/keccak.zkasm");
    let words: Vec<U256> = (1..40_u64).map(|i| U256::from(i) << (i % 200)).collect();
    whole(&image, &record(&image, input(&[1_000], &words)));
}

#[test]
fn memcopy() {
    let image = image("rom/examples/memcopy.zkasm");
    whole(&image, &record(&image, input(&[], &[U256::from(7) << 250, U256::MAX])));
}

/// Every operation, in one program.
#[test]
fn every_operation() {
    let image = every_op::image();
    let record = record(&image, every_op::input());
    let wanted: BTreeSet<String> =
        [Op::None, Op::MovA, Op::MovB, Op::MovC, Op::Link, Op::Swap, Op::AssertEq, Op::PushData]
            .into_iter()
            .chain(BINARY.map(Op::Op2))
            .chain([Op2::Hint, Op2::Split, Op2::KeyId, Op2::KeyCount].map(Op::Op2))
            .chain((0..PUBLIC_WORDS as u8).flat_map(|i| [Op::Op2(Op2::PubIn(i)), Op::Op2(Op2::PubOut(i))]))
            .chain([Op3::AddMod, Op3::MulMod].map(Op::Op3))
            .chain(ModulusId::ALL.iter().flat_map(|&m| [Op::Op3(Op3::MulAdd(m)), Op::Op3(Op3::MulSub(m))]))
            .chain(MEM_OPS.map(Op::Mem))
            .map(|op| format!("{op:?}"))
            .collect();
    let used: BTreeSet<String> =
        record.rows.iter().map(|r| format!("{:?}", image.instrs[r.upc as usize].op)).collect();
    assert_eq!(used, wanted);
    whole(&image, &record);
}

/// p3's fingerprint of a message is padded with zeros in front: on one bus, messages of two widths could be each other's.
#[test]
fn messages_of_a_bus_have_one_width() {
    let chips = chips(None);
    let mut widths: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for lookup in packed_lookups(&chips).iter().flat_map(|l| l.iter()) {
        let Kind::Global(bus) = &lookup.kind else { panic!("no lookup stays within a chip") };
        widths.entry(bus.clone()).or_default().extend(lookup.elements.iter().map(Vec::len));
    }
    assert_eq!(widths.len(), Bus::ALL.len());
    for (bus, widths) in widths {
        assert!(Bus::from_name(&bus).is_some());
        assert_eq!(widths.len(), 1, "{bus}: {widths:?}");
    }
    // Nor can the messages of any shape be so many that their counts wrap around.
    for shape in Shape::table() {
        let heights: Vec<usize> = shape.log_heights().iter().map(|h| 1 << h).collect();
        check_multiplicity_height_bound(&packed_lookups(&chips), &heights).expect("below p");
    }
}

#[test]
fn inventory_is_within_the_budget_and_documented() {
    let columns: usize = inventory().iter().map(zkrom_stark::machine::ChipInventory::columns).sum();
    assert!(columns <= WIDTH_BUDGET, "{columns} trace columns");
    assert_eq!(inventory().len(), ChipId::ALL.len());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/chips.md");
    let written = std::fs::read_to_string(path).expect("docs/chips.md is there");
    assert_eq!(
        written.trim(),
        page().trim(),
        "docs/chips.md is stale: zkrom inspect --machine > docs/chips.md"
    );
}
