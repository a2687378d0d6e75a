/**
 * `TypesState`: the types of the first layers of `Provision/Types-v1`. All else follows from them.
 */
import { z } from "zod";
import { InputError } from "../../model/errors.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { TypesView } from "../../parts/views/types-view.ts";
import { planOfTypes } from "../../sim/objectives/provisioning/plan-of-types.ts";
import type { PricedChain } from "../../sim/objectives/provisioning/priced-chain.ts";
import { type TypeChoices, typeChoices } from "../../sim/objectives/provisioning/type-choices.ts";
import type { PlanState } from "../plan-state.ts";
import { parseSaved } from "../saved-state.ts";

const typesSchema = z.array(z.int().min(0));
const savedSchema = z.object({ types: typesSchema });

export class TypesState implements PlanState<readonly number[]>, TypesView {
  readonly chain: PricedChain;
  readonly typeOf: Int32Array;
  private readonly choices: TypeChoices;
  private types: number[] = [];

  constructor(chain: PricedChain, choices: TypeChoices = typeChoices(chain.problem)) {
    this.chain = chain;
    this.choices = choices;
    this.typeOf = new Int32Array(chain.problem.layers).fill(-1);
  }

  get decisions(): readonly number[] {
    return [...this.types];
  }

  get current(): number {
    return this.types.length === this.chain.problem.layers ? -1 : this.types.length;
  }

  begin(): void {
    this.take([]);
  }

  /** Pre: the type is legal for the current layer. */
  act(type: number): void {
    this.typeOf[this.types.length] = type;
    this.types.push(type);
  }

  legal(): Uint8Array {
    return this.choices.legal(this.types);
  }

  /** Layers without a type have that of the layer before them, as far as that is legal. */
  plan(): PipelinePlan {
    return this.planOf(this.decisions);
  }

  planOf(types: readonly number[]): PipelinePlan {
    const { layers } = this.chain.problem;
    const last = types[types.length - 1] ?? 0;
    const wishes = Array.from({ length: layers }, (_, layer) => types[layer] ?? last);
    return planOfTypes(this.chain, this.choices.nearest(wishes));
  }

  keep(types: readonly number[]): number[] {
    return [...types];
  }

  checkKept(kept: unknown, owner: string, within: string): readonly number[] {
    const types = this.checked(parseSaved(owner, typesSchema, kept, within), owner);
    if (types.length === this.chain.problem.layers) return types;
    throw new InputError(`The saved state of ${owner} has best decisions for some layers only.`);
  }

  set({ types }: TypesState): void {
    this.take(types);
  }

  save(): z.infer<typeof savedSchema> {
    return { types: [...this.types] };
  }

  restore(fields: object, owner: string): void {
    this.take(this.checked(parseSaved(owner, savedSchema, fields).types, owner));
  }

  private take(types: readonly number[]): void {
    this.types = [...types];
    this.typeOf.fill(-1);
    this.typeOf.set(types);
  }

  private checked(types: readonly number[], owner: string): readonly number[] {
    types.forEach((type, layer) => {
      if (this.choices.legal(types.slice(0, layer))[type] !== 1)
        throw new InputError(
          `The saved state of ${owner} has layer ${layer} on type ${type}, which is not legal.`,
        );
    });
    return types;
  }
}
