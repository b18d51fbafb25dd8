//! Calls that a block makes by itself, to system contracts.

use alloy_eips::eip4788::SYSTEM_ADDRESS;
use alloy_primitives::{Address, Bytes, TxKind};
use revm::{
    DatabaseCommit, ExecuteEvm,
    context::{ContextSetters, ContextTr, TxEnv},
    context_interface::result::ExecutionResult,
    handler::MainnetHandler,
    inspector::InspectorHandler,
};

use super::{Evm, ExecError, SystemCallError, evm_error};

/// Gas that a system call may use.
const SYSTEM_CALL_GAS: u64 = 30_000_000;

/// Calls a system contract; its failure is ignored (EIP-4788, EIP-2935).
pub(super) fn system_call(
    evm: &mut Evm<'_, '_>,
    address: Address,
    data: Bytes,
) -> Result<ExecutionResult, ExecError> {
    let tx = TxEnv {
        caller: SYSTEM_ADDRESS,
        kind: TxKind::Call(address),
        data,
        gas_limit: SYSTEM_CALL_GAS,
        ..TxEnv::default()
    };
    evm.ctx.set_tx(tx);
    let result = MainnetHandler::default().inspect_run_system_call(evm).map_err(evm_error)?;
    let changes = evm.finalize();
    evm.ctx.db_mut().commit(changes);
    Ok(result)
}

/// Calls a contract that must exist and succeed, and gives its output.
pub(super) fn request_call(evm: &mut Evm<'_, '_>, address: Address) -> Result<Bytes, ExecError> {
    let fail = |reason| ExecError::SystemCall { address, reason };
    let account = evm.ctx.db_mut().account(address)?;
    if account.is_none_or(|a| a.is_empty_code_hash()) {
        return Err(fail(SystemCallError::NoCode));
    }
    match system_call(evm, address, Bytes::new())? {
        ExecutionResult::Success { output, .. } => Ok(output.into_data()),
        ExecutionResult::Revert { .. } => Err(fail(SystemCallError::Failed("a revert".into()))),
        ExecutionResult::Halt { reason, .. } => Err(fail(SystemCallError::Failed(format!("{reason:?}")))),
    }
}
