//! Width and degree.

use p3_air::{AirLayout, BaseAir};
use p3_lookup::{InteractionSymbolicBuilder, Lookups};
use p3_lookup::{LogUpGadget, LookupProtocol};

use super::super::{CopyChip, CopyCols};
use crate::field::{Challenge, Val};

#[test]
fn columns_and_degrees() {
    assert_eq!(CopyCols::WIDTH, 154);
    assert_eq!(CopyCols::names().len(), <CopyChip as BaseAir<Val>>::width(&CopyChip));
    let layout = AirLayout::from_air::<Val>(&CopyChip);
    let builder = InteractionSymbolicBuilder::<Val, Challenge>::from_air(&CopyChip, layout);
    let constraints = builder.base_constraints();
    let degree = constraints.iter().map(|c| c.degree_multiple()).max();
    assert_eq!(degree, Some(3));
    let lookups = Lookups::<Val>::from_air::<Challenge, _>(&CopyChip);
    let interactions = lookups.iter().count();
    let packed = lookups.pack_same_bus(&LogUpGadget, 3);
    for lookup in packed.iter() {
        assert!(LogUpGadget.constraint_degree(lookup) <= 3);
    }
    let extension = 1 + packed.iter().count();
    println!(
        "copy: {} columns, {extension} extension columns ({} opened), {} constraints, {interactions} interactions",
        CopyCols::WIDTH,
        CopyCols::WIDTH + 5 * extension,
        constraints.len(),
    );
    assert_eq!(extension, 19);
}
