export function provenanceToWit(given: any, path: any): {
    payload: bigint;
    pointer: string;
};
export function actorToWit(given: any, path: any): {
    id: string;
    kind: any;
    handle: string | undefined;
    displayName: string | undefined;
    profileUrl: string | undefined;
    avatarUrl: string | undefined;
    followers: bigint | undefined;
    verified: boolean | undefined;
    isSelf: boolean;
    emails: any[];
    seenAt: bigint;
};
export function conversationToWit(given: any, path: any): {
    id: string;
    title: string | undefined;
    url: string | undefined;
    place: string | undefined;
    visibility: any;
    locked: boolean;
};
export function relationToWit(given: any, path: any): {
    kind: any;
    target: string;
    targetIsActor: boolean;
};
export function attachmentToWit(given: any, path: any): {
    url: string | undefined;
    mediaType: string | undefined;
    name: string | undefined;
    alt: string | undefined;
    bytes: bigint | undefined;
    width: any;
    height: any;
};
export function countersToWit(given: any, path: any): {
    likes: bigint | undefined;
    replies: bigint | undefined;
    shares: bigint | undefined;
    quotes: bigint | undefined;
    views: bigint | undefined;
    score: bigint | undefined;
    byReaction: any[];
};
export function itemToWit(given: any, path: any): {
    id: string;
    revision: string;
    kind: any;
    direction: any;
    conversation: string;
    author: string | undefined;
    text: string;
    html: string | undefined;
    title: string | undefined;
    url: string | undefined;
    language: string | undefined;
    publishedAt: bigint;
    publishedIsEstimate: boolean;
    editedAt: bigint | undefined;
    visibility: any;
    sensitive: boolean;
    automated: boolean;
    relations: any[];
    attachments: any[];
    tags: any[];
    counters: {
        likes: bigint | undefined;
        replies: bigint | undefined;
        shares: bigint | undefined;
        quotes: bigint | undefined;
        views: bigint | undefined;
        score: bigint | undefined;
        byReaction: any[];
    } | undefined;
    origin: {
        payload: bigint;
        pointer: string;
    };
};
export function removalToWit(given: any, path: any): {
    id: string;
    reason: any;
    at: bigint | undefined;
    origin: {
        payload: bigint;
        pointer: string;
    };
};
export function engagementToWit(given: any, path: any): {
    id: string;
    counters: {
        likes: bigint | undefined;
        replies: bigint | undefined;
        shares: bigint | undefined;
        quotes: bigint | undefined;
        views: bigint | undefined;
        score: bigint | undefined;
        byReaction: any[];
    };
    at: bigint;
    origin: {
        payload: bigint;
        pointer: string;
    };
};
export function flagReportToWit(given: any, path: any): {
    id: string;
    about: string;
    reporter: string | undefined;
    reason: string;
    status: string;
    at: bigint;
    origin: {
        payload: bigint;
        pointer: string;
    };
};
export function gapToWit(given: any, path: any): {
    streamName: string;
    since: bigint | undefined;
    until: bigint | undefined;
    why: string;
};
export function poisonToWit(given: any, path: any): {
    hint: string;
    why: string;
    origin: {
        payload: bigint;
        pointer: string;
    };
};
export function eventToWit(it: any, path: any): {
    tag: string;
    val: {
        id: string;
        kind: any;
        handle: string | undefined;
        displayName: string | undefined;
        profileUrl: string | undefined;
        avatarUrl: string | undefined;
        followers: bigint | undefined;
        verified: boolean | undefined;
        isSelf: boolean;
        emails: any[];
        seenAt: bigint;
    };
} | {
    tag: string;
    val: {
        id: string;
        title: string | undefined;
        url: string | undefined;
        place: string | undefined;
        visibility: any;
        locked: boolean;
    };
} | {
    tag: string;
    val: {
        id: string;
        revision: string;
        kind: any;
        direction: any;
        conversation: string;
        author: string | undefined;
        text: string;
        html: string | undefined;
        title: string | undefined;
        url: string | undefined;
        language: string | undefined;
        publishedAt: bigint;
        publishedIsEstimate: boolean;
        editedAt: bigint | undefined;
        visibility: any;
        sensitive: boolean;
        automated: boolean;
        relations: any[];
        attachments: any[];
        tags: any[];
        counters: {
            likes: bigint | undefined;
            replies: bigint | undefined;
            shares: bigint | undefined;
            quotes: bigint | undefined;
            views: bigint | undefined;
            score: bigint | undefined;
            byReaction: any[];
        } | undefined;
        origin: {
            payload: bigint;
            pointer: string;
        };
    };
} | {
    tag: string;
    val: {
        id: string;
        reason: any;
        at: bigint | undefined;
        origin: {
            payload: bigint;
            pointer: string;
        };
    };
} | {
    tag: string;
    val: {
        id: string;
        counters: {
            likes: bigint | undefined;
            replies: bigint | undefined;
            shares: bigint | undefined;
            quotes: bigint | undefined;
            views: bigint | undefined;
            score: bigint | undefined;
            byReaction: any[];
        };
        at: bigint;
        origin: {
            payload: bigint;
            pointer: string;
        };
    };
} | {
    tag: string;
    val: {
        streamName: string;
        since: bigint | undefined;
        until: bigint | undefined;
        why: string;
    };
} | {
    tag: string;
    val: {
        hint: string;
        why: string;
        origin: {
            payload: bigint;
            pointer: string;
        };
    };
};
export function streamInfoToWit(given: any, path: any): {
    name: string;
    modes: any[];
    visibilityFloor: any;
    editsSeen: boolean;
    removalsSeen: boolean;
    webhook: boolean;
    minPollMs: bigint;
    maxLookbackMs: bigint | undefined;
    priced: boolean;
};
export function actionInfoToWit(given: any, path: any): {
    name: string;
    schema: string;
    maxChars: any;
    needsSummon: boolean;
};
export function proofToWit(given: any, path: any): {
    key: string;
    parameter: string;
};
export function placementToWit(it: any, path: any): {
    tag: string;
    val?: undefined;
} | {
    tag: string;
    val: {
        key: string;
        parameter: string;
    };
} | {
    tag: string;
    val: string;
};
export function credentialInfoToWit(given: any, path: any): {
    name: string;
    title: string;
    placement: {
        tag: string;
        val?: undefined;
    } | {
        tag: string;
        val: {
            key: string;
            parameter: string;
        };
    } | {
        tag: string;
        val: string;
    };
    audience: any[];
    optional: boolean;
};
export function manifestToWit(given: any, path: any): {
    id: string;
    version: string;
    title: string;
    platform: string;
    configSchema: string;
    credentials: any[];
    hosts: any[];
    endpoints: any[];
    streams: any[];
    actions: any[];
    defaultZone: any;
    cursorVersion: any;
};
export function checkReportToWit(given: any, path: any): {
    account: string | undefined;
    scopes: any[];
    warnings: any[];
    quotaLeft: bigint | undefined;
};
export function targetToWit(given: any, path: any): {
    id: string;
    streamName: string;
    title: string;
    url: string | undefined;
    visibility: any;
    members: bigint | undefined;
    lastActive: bigint | undefined;
    ours: boolean;
};
export function budgetFromWit(it: any): {
    maxEvents: any;
    maxRequests: any;
    maxCostMicrousd: number;
    deadline: number;
};
export function readRequestFromWit(it: any): {
    streamName: any;
    target: any;
    mode: any;
    cursor: any;
    continuation: any;
    since: number | undefined;
    until: number | undefined;
    ids: any;
    budget: {
        maxEvents: any;
        maxRequests: any;
        maxCostMicrousd: number;
        deadline: number;
    };
};
export function batchToWit(given: any, path: any): {
    events: any[];
    cursor: Uint8Array<ArrayBufferLike> | undefined;
    continuation: Uint8Array<ArrayBufferLike> | undefined;
    notBefore: bigint | undefined;
    limitLeft: bigint | undefined;
    limitResets: bigint | undefined;
    costMicrousd: bigint;
};
export function deliveryFromWit(it: any): {
    payload: any;
    method: any;
    path: any;
    query: any;
    headers: any;
    body: any;
    receivedAt: number;
};
export function deliveryResultToWit(given: any, path: any): {
    status: any;
    headers: any[];
    body: Uint8Array<ArrayBufferLike>;
    dedupeKey: string | undefined;
    events: any[];
    pollNow: any[];
    streamName: string | undefined;
};
export function actionFromWit(it: any): {
    name: any;
    on: any;
    arguments: any;
    idempotencyKey: any;
};
export function outcomeToWit(it: any, path: any): {
    tag: string;
    val: any[];
} | {
    tag: string;
    val: string;
};
export function rawFromWit(it: any): {
    label: any;
    mediaType: any;
    body: any;
    payload: any;
    receivedAt: number;
};
