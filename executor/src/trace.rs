//! What a machine reports while it runs: nothing, or every event.

use crate::{
    fault::FaultKind,
    memory::{Cell, Plain, Timed},
    record::{MemOpEvent, Op2Event, Op3Event, Row},
};

/// Listens to a run. All of it is resolved at compile time, so that a run without a listener pays nothing.
pub(crate) trait Tracer {
    /// What memory keeps of each cell.
    type Cell: Cell;
    /// Whether rows and events are reported.
    const RECORDS: bool;
    /// Whether the run may be tampered with.
    const FAULTS: bool;
    /// A row was executed.
    fn row(&mut self, _: Row) {}
    /// A two-operand operation.
    fn op2(&mut self, _: Op2Event) {}
    /// A three-operand operation.
    fn op3(&mut self, _: Op3Event) {}
    /// A memory operation.
    fn mem_op(&mut self, _: MemOpEvent) {}
    /// What goes wrong in the row of a clock; asked for ascending clocks.
    fn fault(&mut self, _clk: u32) -> Option<FaultKind> {
        None
    }
}

/// Runs at native speed.
pub(crate) struct Silent;

impl Tracer for Silent {
    type Cell = Plain;
    const RECORDS: bool = false;
    const FAULTS: bool = false;
}

/// Keeps the times of accesses, so that the state can be recorded from.
pub(crate) struct Clocked;

impl Tracer for Clocked {
    type Cell = Timed;
    const RECORDS: bool = false;
    const FAULTS: bool = false;
}

/// Rows and events of a run.
#[derive(Default)]
pub(crate) struct Events {
    pub(crate) rows: Vec<Row>,
    pub(crate) op2: Vec<Op2Event>,
    pub(crate) op3: Vec<Op3Event>,
    pub(crate) mem_ops: Vec<MemOpEvent>,
}

/// Records a run, with faults where `FAULTS`.
#[derive(Default)]
pub(crate) struct Recorder<const FAULTS: bool> {
    pub(crate) events: Events,
    /// The faults to come and the clocks of their rows, the next one last.
    pub(crate) faults: Vec<(u32, FaultKind)>,
}

impl<const FAULTS: bool> Tracer for Recorder<FAULTS> {
    type Cell = Timed;
    const RECORDS: bool = true;
    const FAULTS: bool = FAULTS;

    fn row(&mut self, row: Row) {
        self.events.rows.push(row);
    }
    fn op2(&mut self, event: Op2Event) {
        self.events.op2.push(event);
    }
    fn op3(&mut self, event: Op3Event) {
        self.events.op3.push(event);
    }
    fn mem_op(&mut self, event: MemOpEvent) {
        self.events.mem_ops.push(event);
    }
    fn fault(&mut self, clk: u32) -> Option<FaultKind> {
        self.faults.pop_if(|f| f.0 == clk).map(|f| f.1)
    }
}
