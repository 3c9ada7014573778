"""What deep-learning tests do with student objects across the bridge."""

from __future__ import annotations

from tests.sealed.pair import GRADE, LOCKED, STUDENT, notebook, passes, plain


def test_state_dict_goes_both_ways() -> None:
    passes(
        """
import torch
from torch import nn
class M(nn.Module):
    def __init__(s):
        super().__init__(); s.l=nn.Linear(2,3); s.register_buffer('b',torch.ones(2))
    def forward(s,x): return s.l(x)
""",
        """
m=M(); r=nn.Linear(2,3)
m.load_state_dict({'l.weight':r.weight,'l.bias':r.bias,'b':torch.zeros(2)})
x=torch.randn(4,2)
torch.testing.assert_close(m(x),r(x))
sd=m.state_dict()
assert list(sd)==['b','l.weight','l.bias'] or set(sd)=={'b','l.weight','l.bias'}
m.l.load_state_dict(nn.Linear(2,3).state_dict())
assert m.train() is m and m.training and not m.eval().training
assert len(list(m.named_parameters()))==2
m2=M(); m2.load_state_dict(m.state_dict())
assert torch.equal(m(x),m2(x))
assert m.to(torch.float64)(x.double()).dtype==torch.float64
""",
    )


def test_the_test_trains_a_student_model() -> None:
    passes(
        """
import torch
from torch import nn
class M(nn.Module):
    def __init__(s):
        super().__init__(); s.l=nn.Linear(2,1)
    def forward(s,x): return s.l(x)
""",
        """
m=M(); x=torch.randn(8,2); y=x.sum(1,keepdim=True)
opt=torch.optim.SGD(m.parameters(),lr=.1)
losses=[]
for _ in range(20):
    opt.zero_grad(); loss=((m(x)-y)**2).mean(); loss.backward(); opt.step()
    losses.append(loss.item())
assert losses[-1]<losses[0]*.5, losses
m.zero_grad()
assert m.l.weight.grad is None
m(x).sum().backward()
assert m.l.weight.grad is not None
torch.testing.assert_close(m.l.bias.grad, torch.tensor([8.]))
with torch.no_grad():
    assert not m(x).requires_grad
    for p in m.parameters(): p.fill_(1.)
torch.testing.assert_close(m(x), x.sum(1,keepdim=True)+1)
for p in m.parameters(): p.data.zero_()
assert (m(x)==0).all()
nn.init.ones_(m.l.weight)
assert (m.l.weight==1).all()
torch.nn.utils.clip_grad_norm_(m.parameters(), 1.0)
for p in m.parameters(): p.requires_grad_(False)
assert not m(x).requires_grad
""",
    )


def test_a_student_optimizer_on_parameters_of_the_test() -> None:
    passes(
        """
import torch
class Opt(torch.optim.Optimizer):
    def __init__(s,params,lr): super().__init__(params,dict(lr=lr))
    @torch.no_grad()
    def step(s,closure=None):
        loss=None
        if closure is not None:
            with torch.enable_grad(): loss=closure()
        for g in s.param_groups:
            for p in g['params']:
                if p.grad is not None: p-=g['lr']*p.grad
        return loss
""",
        """
p=torch.nn.Parameter(torch.ones(3)); r=torch.nn.Parameter(torch.ones(3))
o=Opt([p],lr=.1); o2=torch.optim.SGD([r],lr=.1)
assert isinstance(o, torch.optim.Optimizer)
for i in range(3):
    for q,oo in ((p,o),(r,o2)):
        oo.zero_grad(); (q**3).sum().backward(); oo.step()
    torch.testing.assert_close(p,r)
def closure():
    o.zero_grad(); l=(p**2).sum(); l.backward(); return l
before=p.detach().clone()
l=o.step(closure)
assert l.item()>0
torch.testing.assert_close(p.detach(), before-.1*2*before)
o.zero_grad(); assert p.grad is None
assert o.param_groups[0]['lr']==.1
o.param_groups[0]['lr']
""",
    )


def test_a_student_loop_trains_a_model_of_the_test() -> None:
    passes(
        """
import torch
def train_step(model,opt,x,y):
    opt.zero_grad()
    loss=((model(x)-y)**2).mean()
    loss.backward(); opt.step()
    return loss.item()
def count(model): return sum(p.numel() for p in model.parameters())
""",
        """
from torch import nn
m=nn.Linear(2,1); opt=torch.optim.SGD(m.parameters(),lr=.1)
x=torch.randn(8,2); y=x.sum(1,keepdim=True)
ls=[train_step(m,opt,x,y) for _ in range(10)]
assert ls[-1]<ls[0]
assert count(m)==3
assert ((m(x)-y)**2).mean()<ls[0]
seq=nn.Sequential(nn.Linear(2,2),nn.ReLU(),nn.Linear(2,1))
assert count(seq)==9
""",
    )


def test_double_backward_and_gradcheck() -> None:
    passes(
        """
import torch
def f(x): return (x**3).sum()
""",
        """
x=torch.tensor([1.,2.],requires_grad=True)
g,=torch.autograd.grad(f(x),x,create_graph=True)
gg,=torch.autograd.grad(g.sum(),x)
torch.testing.assert_close(gg,6*x.detach())
assert torch.autograd.gradcheck(f,(torch.randn(3,dtype=torch.float64,requires_grad=True),))
from torch.autograd import gradgradcheck
assert gradgradcheck(f,(torch.randn(3,dtype=torch.float64,requires_grad=True),))
""",
    )


def test_hooks_on_student_modules() -> None:
    passes(
        """
import torch
from torch import nn
class M(nn.Module):
    def __init__(s):
        super().__init__(); s.l=nn.Linear(2,2)
    def forward(s,x): return s.l(x)
""",
        """
m=M(); seen=[]
h=m.l.register_forward_hook(lambda mod,i,o: seen.append(tuple(o.shape)))
m(torch.ones(3,2))
assert seen==[(3,2)]
h.remove(); m(torch.ones(3,2)); assert len(seen)==1
""",
    )


def test_losses_of_either_side_in_one_graph() -> None:
    passes(
        """
import torch
def loss(p,t): return ((p-t)**2).mean()
def step(l,params):
    l.backward()
    return [p.grad.clone() for p in params]
""",
        """
w=torch.nn.Parameter(torch.ones(2))
l=loss(w*3,torch.zeros(2))
l.backward()
torch.testing.assert_close(w.grad,torch.tensor([9.,9.]))
w.grad=None
g=step((w**2).sum(),[w])
torch.testing.assert_close(g[0],torch.tensor([2.,2.]))
torch.testing.assert_close(w.grad,torch.tensor([2.,2.]))
""",
    )


def test_layouts_and_dtypes_arrive_as_they_left() -> None:
    passes(
        """
import torch
def contig(x): return x.is_contiguous(), x.stride()
def t(x): return x.t()
def same(x): return x
""",
        """
x=torch.randn(3,4)
assert contig(x.t())==(False,(1,4)) and contig(x)[0]
assert t(x).stride()==(1,4)
assert torch.equal(same(x[:,::2]),x[:,::2])
for d in (
    torch.float16,torch.bfloat16,torch.int64,torch.bool,torch.complex64,torch.uint8
):
    assert torch.equal(same(torch.ones(2,3).to(d)),torch.ones(2,3).to(d))
""",
    )


def test_inputs_of_the_test_cannot_be_changed() -> None:
    passes(
        """
import torch
def f(x):
    x.zero_()
    return x
""",
        """
x=torch.ones(3)
y=f(x)
assert (x==1).all() and (y==0).all()
z=torch.ones(3,requires_grad=True)
def g():
    with torch.no_grad(): return f(z)
out=g()
assert (z==1).all() and (out==0).all()
""",
    )


def test_a_leaf_tensor_of_the_student() -> None:
    passes(
        """
import torch
w=torch.zeros(2,requires_grad=True)
def fwd(x): return x@w
""",
        """
x=torch.ones(3,2)
fwd(x).sum().backward()
assert w.requires_grad
torch.testing.assert_close(w.grad, torch.tensor([3.,3.]))
""",
    )


def test_matplotlib_axes() -> None:
    passes(
        """
import matplotlib
matplotlib.use('agg')
import matplotlib.pyplot as plt
def plot():
    fig,ax=plt.subplots(); ax.plot([1,2],[3,4]); ax.set_title('T'); ax.set_xlabel('q'); return ax
""",
        """
ax=plot()
assert ax.get_title()=='T' and ax.get_xlabel()=='q'
l=ax.get_lines()[0]
assert list(l.get_xdata())==[1,2]
import matplotlib.axes
assert isinstance(ax, matplotlib.axes.Axes)
""",
    )


def test_student_code_trains_a_module_of_a_locked_class() -> None:
    results = notebook(
        (
            LOCKED,
            """
import torch
from torch import nn
class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 1)
    def forward(self, x): return self.inner(x)
""",
        ),
        (
            STUDENT,
            """
def fit(model, x, y):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(20):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
    return isinstance(model, Tiny)
""",
        ),
        (
            GRADE,
            """
model = Tiny()
x = torch.randn(16, 2)
y = x.sum(1, keepdim=True)
before = (model(x) - y).pow(2).mean()
assert fit(model, x, y)
assert (model(x) - y).pow(2).mean() < before / 2
""",
        ),
    )
    for done, _ in results:
        assert done.failure is None, plain(done.failure)


def test_the_last_step_of_a_loop_reaches_a_model_whose_parameters_the_loop_forgets() -> None:
    passes(
        """
import torch
def same(net): return net
def freeze(net, first):
    for i, p in enumerate(net.parameters()): p.requires_grad_(i >= first)
    return net
""",
        """
import torch
from torch import nn
def make():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
def thaw(net, first):
    for i, p in enumerate(net.parameters()): p.requires_grad_(i >= first)
    return net
def train(net, change):
    generator = torch.Generator().manual_seed(1)
    optimizer = torch.optim.Adam(list(net.parameters()), lr=0.01)
    for step in range(6):
        net = change(net, step % 3)
        x, y = torch.randn(16, 4, generator=generator), torch.arange(16) % 3
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
    return net
expected = train(make(), thaw).state_dict()
for change in (thaw, freeze):
    found = train(same(make()), change).state_dict()
    for name, value in expected.items():
        assert torch.equal(found[name], value), name
""",
    )


def test_another_gradient_of_the_same_values_is_another() -> None:
    passes(
        """
import torch
weight = torch.nn.Parameter(torch.ones(2))
seen = []
def see(): seen.append(weight.grad)
def is_another(): return weight.grad is not seen[-1]
def add_in_place(): weight.grad.add_(1)
""",
        """
import torch
weight.grad = torch.zeros(2)
see()
assert not is_another()
weight.grad = torch.zeros(2)
assert is_another()
see()
add_in_place()
weight.grad = weight.grad.clone()
assert is_another() and (weight.grad == 1).all()
""",
    )


def test_a_tensor_may_be_an_argument_and_a_name_that_the_submission_reads() -> None:
    passes(
        """
import torch
weight = torch.zeros(2)
def scaled(x): return (x * weight).sum()
""",
        """
weight = torch.full((2,), 3.0, requires_grad=True)
assert scaled(weight) == 18
scaled(weight).backward()
assert weight.grad.tolist() == [6, 6]
pair = [torch.ones(2, requires_grad=True)]
weight = pair[0]
assert scaled(weight) == 2
""",
    )
