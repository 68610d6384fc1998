/** A customer's stages in the order of a life; the words stand in the dictionaries, the colours in style.css. */
export const STAGES = ['PROSPECT', 'NEW', 'GROWING', 'STABLE', 'DECLINING', 'DORMANT', 'LOST'] as const

export type Stage = (typeof STAGES)[number]

/** NONE: the customer had no stage before. */
export type Origin = Stage | 'NONE'

export const ORIGINS: readonly Origin[] = ['NONE', ...STAGES]

/** The class that sets --stage to the stage's colour. */
export function stageClass(stage: Origin): string {
  return `stage-${stage.toLowerCase()}`
}
