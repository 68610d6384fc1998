import { onScopeDispose, ref, type Ref } from 'vue'

/** The pages, in the order of the navigation; a campaign's own page stands behind the list. */
export const VIEWS = ['overview', 'campaigns', 'customers', 'products', 'experiments', 'health'] as const
export type View = (typeof VIEWS)[number]

/** What the page's address says behind the #; links keep the brand and the period, which stand before it. */
export interface Place {
  view: View | 'campaign'
  /** On the page of customers: of whom. */
  customer: string | null
  /** On a campaign's page: which; on a customer's: which campaign alone. */
  campaign: string | null
  /** What else a page is asked, such as window and touch. */
  choice: Record<string, string>
}

const nowhere = { customer: null, campaign: null, choice: {} }

function read(): Place {
  const hash = location.hash.slice(1)
  if (!hash.startsWith('/')) {
    // A customer's address is as it always was, so that old links hold.
    const asked = new URLSearchParams(hash)
    const customer = asked.get('customer')
    return customer === null
      ? { ...nowhere, view: 'overview' }
      : { view: 'customers', customer: customer || null, campaign: asked.get('campaign') || null, choice: {} }
  }
  const [path = '', query = ''] = hash.slice(1).split('?', 2)
  const slash = path.indexOf('/')
  const name = slash < 0 ? path : path.slice(0, slash)
  const choice = Object.fromEntries(new URLSearchParams(query))
  if (name === 'campaign') {
    const campaign = decoded(path.slice(slash + 1))
    return slash < 0 || campaign === '' ? { ...nowhere, view: 'campaigns' } : { ...nowhere, view: 'campaign', campaign, choice }
  }
  const view = VIEWS.find((one) => one === name)
  return { ...nowhere, view: view ?? 'overview', choice }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // Somebody wrote it by hand.
  }
}

/** The address of a customer; of all of them without one. */
export function href(customer: string | null, campaign: string | null = null): string {
  if (customer === null) return viewHref('customers')
  const wish = new URLSearchParams({ customer })
  if (campaign !== null) wish.set('campaign', campaign)
  return `#${wish}`
}

export const viewHref = (view: View, choice: Record<string, string> = {}) => `#/${view}${query(choice)}`

export const campaignHref = (campaign: string, choice: Record<string, string> = {}) =>
  `#/campaign/${encodeURIComponent(campaign)}${query(choice)}`

function query(choice: Record<string, string>): string {
  const text = new URLSearchParams(choice).toString()
  return text === '' ? '' : `?${text}`
}

export function usePlace(): Ref<Place> {
  const place = ref(read())
  const changed = () => (place.value = read())
  window.addEventListener('hashchange', changed)
  onScopeDispose(() => window.removeEventListener('hashchange', changed))
  return place
}
