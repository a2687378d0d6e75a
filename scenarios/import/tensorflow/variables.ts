/** Which ops hold a variable. */
const VARIABLE = /^(Variable|VariableV2|VarHandleOp|TemporaryVariable)$/;

export const isVariable = (type: string): boolean => VARIABLE.test(type);
