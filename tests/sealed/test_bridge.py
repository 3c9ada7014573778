"""What real test cells do with student objects, one behaviour after another, across the bridge."""

from __future__ import annotations

from autograder.sealed.model import Role
from tests.sealed.pair import GRADE, LOCKED, STUDENT, graded, notebook, passes, plain


def test_values_compare_as_what_they_are() -> None:
    passes(
        """
x=3
def f(a): return a*2
name='Ann'
""",
        """
assert f(2)==4
assert x==3 and x<4
assert name=='Ann'
""",
    )


def test_attributes_and_methods_of_an_object() -> None:
    passes(
        """
class A:
    def __init__(s): s.v=[1,2]; s.n='q'
    def up(s,k=1): s.v.append(k); return len(s.v)
a=A()
""",
        """
assert a.v==[1,2]
assert a.up(k=5)==3
assert a.v==[1,2,5]
assert a.n.upper()=='Q'
""",
    )


def test_builtin_functions_on_values() -> None:
    passes(
        """
v=[3,1,2]
t=(1,2)
def g():
    yield 1
    yield 2
""",
        """
assert len(v)==3 and sum(v)==6 and sorted(v)==[1,2,3]
assert list(zip(v,t))==[(3,1),(1,2)]
assert list(g())==[1,2] and max(v)==3
""",
    )


def test_indexes_and_slices() -> None:
    passes(
        """
v=[3,1,2]
d={'a':{'b':1}}
import numpy as np
m=np.arange(12).reshape(3,4)
""",
        """
assert v[0]==3 and v[-2:]==[1,2] and d['a']['b']==1
assert (m[:,1]==[1,5,9]).all() and m[1,2]==6
""",
    )


def test_isinstance_and_type_answer_for_library_classes() -> None:
    passes(
        """
import torch, numpy as np, collections
from torch import nn
class M(nn.Module):
    def __init__(s):
        super().__init__(); s.l=nn.Linear(2,3)
m=M()
a=np.ones(3)
t=torch.ones(2)
lay=nn.ReLU()
def f(): pass
d=collections.OrderedDict(a=1)
""",
        """
import types
assert isinstance(m, nn.Module)
assert isinstance(a,np.ndarray)
assert isinstance(t, torch.Tensor)
assert isinstance(lay, nn.ReLU)
assert not isinstance(lay, nn.Linear)
assert isinstance(f, types.FunctionType) and callable(f)
assert isinstance(m.l, nn.Linear) and issubclass(M, nn.Module)
assert isinstance(m.l.weight, nn.Parameter)
assert type(d) is collections.OrderedDict
assert type(a) is np.ndarray and type(t) is torch.Tensor
""",
    )


def test_numpy_functions_on_values() -> None:
    passes(
        """
import numpy as np
def f(x): return np.sin(x)
w=[1.,2.]
""",
        """
assert np.allclose(f(np.ones(3)), np.sin(1.))
np.testing.assert_array_almost_equal(np.asarray(w),[1,2])
assert np.mean(w)==1.5
assert type(f(1.0)) is np.float64
""",
    )


def test_arithmetic_on_values() -> None:
    passes(
        """
a=2
b=3.5
def f(): return 7
""",
        """
assert a*b==7.0 and -a+f()//2==1 and abs(b-3.4)<.2
""",
    )


def test_a_student_class_is_instantiated() -> None:
    passes(
        """
class P:
    count=0
    def __init__(s,x,y=2): s.x=x; s.y=y
    @classmethod
    def mk(cls): return cls(1)
    @staticmethod
    def st(a): return a
    @property
    def z(s): return s.x+s.y
""",
        """
p=P(1,y=5)
assert p.x==1 and p.y==5 and p.z==6 and P.mk().y==2 and P.st(3)==3 and P.count==0
assert isinstance(p,P) and type(p).__name__=='P'
assert P.__name__=='P'
assert hasattr(p,'x') and not hasattr(p,'q')
p.x=9
assert p.z==14
assert getattr(p,'nope',None) is None
""",
    )


def test_text_of_a_value_is_exact_enough_to_hash() -> None:
    passes(
        """
v={'a':(1,2.5),'b':[True,None]}
import numpy as np
q=np.float64(2.5)
""",
        """
import hashlib
expected = b"{'a': (1, 2.5), 'b': [True, None]}"
assert hashlib.md5(str(v).encode()).hexdigest() == hashlib.md5(expected).hexdigest()
assert repr(q)=='np.float64(2.5)'
""",
    )


def test_formatting() -> None:
    passes(
        """
v=2.5
class A:
    def __str__(s): return 'me'
    def __repr__(s): return 'A()'
a=A()
""",
        """
assert f'{v:.2f}'=='2.50'
assert f'{a}'=='me'
assert repr(a)=='A()'
assert '{}'.format(a)=='me'
assert '%s'%a=='me'
""",
    )


def test_a_test_under_if_name_is_main() -> None:
    passes(
        """
def f(): return 1
""",
        """
if __name__=='__main__':
    ok=f()==1
assert ok
""",
    )


def test_iteration_and_containment() -> None:
    passes(
        """
s={1,2,3}
d={'k':1}
class It:
    def __iter__(s): return iter([1,2])
it=It()
""",
        """
for q in s: assert q in s
assert 'k' in d and 5 not in s
assert [x for x in it]==[1,2]
for k,v in d.items(): assert v==1
assert set(d.keys())=={'k'}
""",
    )


def test_identity_of_none_and_true() -> None:
    passes(
        """
a=None
b=True
def f(): return None
""",
        """
assert a is None and b is True and f() is None
""",
    )


def test_built_in_exceptions_keep_their_type() -> None:
    passes(
        """
class MyErr(ValueError): pass
def f(x):
    if x<0: raise ValueError('neg',x)
    if x>5: raise MyErr('mine')
    return {}['k']
""",
        """
try:
    f(-1)
except ValueError as e:
    assert e.args==('neg',-1)
else: assert False
try: f(1)
except KeyError as e: assert str(e)=="'k'"
try: f(9)
except ValueError as e: assert 'mine' in str(e)
import unittest
tc=unittest.TestCase()
with tc.assertRaises(ValueError): f(-1)
tc.assertEqual(1,1)
""",
    )


def test_inspect_sees_signature_and_source() -> None:
    passes(
        """
def f(a,b:int=2,*,c='x',**kw)->float:
    '''doc'''
    return 1.
""",
        """
import inspect
assert list(inspect.signature(f).parameters)==['a','b','c','kw']
assert inspect.signature(f).parameters['b'].default==2
assert 'return 1.' in inspect.getsource(f)
assert f.__doc__=='doc' and f.__name__=='f'
assert inspect.signature(f).return_annotation is float
assert f.__annotations__['b'] is int
assert f.__code__.co_varnames[:2]==('a','b')
""",
    )


def test_a_returned_function_is_called() -> None:
    passes(
        """
def adder(n):
    return lambda x: x+n
fs=[adder(1),adder(2)]
""",
        """
g=adder(3)
assert g(4)==7 and fs[1](1)==3 and callable(g)
""",
    )


def test_a_student_function_is_passed_to_a_helper() -> None:
    passes(
        """
def f(x): return x*x
""",
        """
def apply(fn,xs): return [fn(x) for x in xs]
assert apply(f,[1,2])==[1,4]
assert list(map(f,[3]))==[9] and sorted([3,-1,2],key=f)==[-1,2,3]
from functools import reduce, partial
assert partial(f,3)()==9
""",
    )


def test_student_code_calls_the_tests_function() -> None:
    passes(
        """
def integrate(f,a,b,n=4):
    h=(b-a)/n
    return sum(f(a+i*h)*h for i in range(n))
def each(f, xs):
    return [f(x) for x in xs]
""",
        """
def sq(x): return x*x
assert integrate(sq,0,1)==sum((i/4)**2/4 for i in range(4))
calls=[]
def spy(x):
    calls.append(x); return -x
assert each(spy,[1,2])==[-1,-2] and calls==[1,2]
import math
assert each(math.sqrt,[4.])==[2.]
""",
    )


def test_stdout_is_captured() -> None:
    passes(
        r"""
def f():
    print('hello')
    print('x', end='')
""",
        r"""
import io, contextlib
b=io.StringIO()
with contextlib.redirect_stdout(b): f()
assert b.getvalue()=='hello\nx'
""",
    )


def test_seeding_reaches_student_code() -> None:
    passes(
        """
import numpy as np, random, torch
def f(): return np.random.rand(2), random.random(), torch.rand(2)
def one(): return torch.rand(1)
""",
        """
np.random.seed(0); random.seed(0); torch.manual_seed(0)
a=f()
np.random.seed(0); random.seed(0); torch.manual_seed(0)
b=f()
assert (a[0]==b[0]).all() and a[1]==b[1] and torch.equal(a[2],b[2])
np.random.seed(0); assert (a[0]==np.random.rand(2)).all()
assert not torch.equal(one(),one())
""",
    )


def test_setting_attributes_on_student_objects() -> None:
    passes(
        """
class A: pass
a=A()
def f(): return a.q
""",
        """
a.q=5
assert f()==5
del a.q
assert not hasattr(a,'q')
""",
    )


def test_a_global_that_student_functions_read() -> None:
    passes(
        """
def f(): return K*2
""",
        """
K=4
assert f()==8
K=5
assert f()==10
""",
    )


def test_a_student_function_is_deleted_and_restored() -> None:
    passes(
        """
def sq(x): return x*x
def sumsq(n): return sum(sq(i) for i in range(n+1))
""",
        """
assert sumsq(2)==5
orig=sq
del sq
try: sumsq(1)
except NameError: pass
else: raise AssertionError('no')
finally: sq=orig
assert sumsq(2)==5 and sq(3)==9
""",
    )


def test_a_student_function_is_replaced_and_restored() -> None:
    passes(
        """
def sq(x): return x*x
def sumsq(n): return sum(sq(i) for i in range(n+1))
""",
        """
orig=sq
def sq(x): return 1
assert sumsq(2)==3
sq=orig
assert sumsq(2)==5
""",
    )


def test_globals_exec_and_eval() -> None:
    passes(
        """
foo=3
""",
        """
assert 'foo' in globals() and globals()['foo']==3 and 'bar' not in globals()
exec('z=foo+1')
assert z==4
assert globals().get('foo')==3
assert eval('foo')==3
""",
    )


def test_names_in_nested_functions_classes_and_comprehensions() -> None:
    passes(
        """
foo=3
def f(): return foo
""",
        """
def outer():
    def inner():
        return [foo for _ in range(2)]+[f()]
    return inner()
class C:
    y=foo
    z=[foo for _ in range(1)]
assert outer()==[3,3,3] and C.y==3 and C.z==[3] and (lambda: foo)()==3
""",
    )


def test_generator_protocol() -> None:
    passes(
        """
def g():
    got=yield 1
    yield got
""",
        """
it=g()
assert next(it)==1 and it.send(5)==5
try: next(it)
except StopIteration: pass
else: assert 0
""",
    )


def test_context_managers() -> None:
    passes(
        """
import contextlib
log=[]
@contextlib.contextmanager
def cm():
    log.append('in')
    try: yield 7
    finally: log.append('out')
class S:
    def __enter__(s): return 'e'
    def __exit__(s,*a): return a[0] is ValueError
""",
        """
with cm() as v: assert v==7 and log==['in']
assert log==['in','out']
with S() as e:
    assert e=='e'
    raise ValueError('x')
try:
    with S(): raise KeyError(1)
except KeyError: pass
else: assert 0
""",
    )


def test_dataclasses_namedtuples_and_enums() -> None:
    passes(
        """
from dataclasses import dataclass
from typing import NamedTuple
from collections import namedtuple
@dataclass
class D:
    a:int
    b:str='x'
NT=namedtuple('NT','p q')
class T(NamedTuple):
    u:int
def mk(): return NT(1,2)
import enum
class Col(enum.Enum):
    R=1
    G=2
""",
        """
d=D(1)
assert d.a==1 and d==D(1) and D(1)!=D(2) and repr(d)=="D(a=1, b='x')"
n=mk()
assert n.p==1 and n==(1,2) and n[1]==2 and len(n)==2 and tuple(n)==(1,2) and isinstance(n,tuple)
a,b=n
assert (a,b)==(1,2)
assert T(3).u==3 and n==NT(1,2)
assert Col.R is Col.R and Col.R==Col.R and Col.R!=Col.G and Col.R.value==1 and Col(2) is Col.G
import dataclasses
""",
    )


def test_operators_of_a_student_class() -> None:
    passes(
        """
class V:
    def __init__(s,x,y): s.x=x;s.y=y
    def __add__(s,o): return V(s.x+o.x,s.y+o.y)
    def __mul__(s,k): return V(s.x*k,s.y*k)
    __rmul__=__mul__
    def __eq__(s,o): return isinstance(o,V) and (s.x,s.y)==(o.x,o.y)
    def __hash__(s): return hash((s.x,s.y))
    def __len__(s): return 2
    def __getitem__(s,i): return (s.x,s.y)[i]
    def __neg__(s): return V(-s.x,-s.y)
    def __abs__(s): return (s.x**2+s.y**2)**.5
    def __lt__(s,o): return abs(s)<abs(o)
    def __contains__(s,q): return q in (s.x,s.y)
    def __bool__(s): return bool(s.x or s.y)
    def __call__(s,z): return s.x*z
    def __matmul__(s,o): return s.x*o.x+s.y*o.y
    def __iadd__(s,o): s.x+=o.x; return s
""",
        """
v=V(3,4); w=V(1,2)
assert (v+w).x==4
assert (v*2).y==8
assert (2*v).x==6
assert v==V(3,4)
assert v!=w
assert abs(v)==5
assert len(v)==2
assert v[1]==4
assert list(v)==[3,4]
assert (-v).x==-3
assert w<v
assert 3 in v
assert 9 not in v
assert not V(0,0)
assert v(2)==6
assert v@w==11
assert {v:1}[V(3,4)]==1
v+=w
assert v.x==4
assert sorted([v,w])[0].x==1
""",
    )


def test_a_student_class_as_a_container() -> None:
    passes(
        """
class LRU:
    def __init__(s): s.d={}
    def __setitem__(s,k,v): s.d[k]=v
    def __getitem__(s,k): return s.d[k]
    def __delitem__(s,k): del s.d[k]
    def __contains__(s,k): return k in s.d
    def get(s,k,dflt=None): return s.d.get(k,dflt)
    def __len__(s): return len(s.d)
""",
        """
c=LRU()
c['a']=1
assert 'a' in c and c['a']==1 and c.get('b',3)==3 and len(c)==1
del c['a']
assert 'a' not in c
""",
    )


def test_copies_of_student_objects() -> None:
    passes(
        """
class A:
    def __init__(s): s.v=1
a=A()
""",
        """
import copy
b=copy.deepcopy(a)
b.v=2
assert a.v==1 and b.v==2
""",
    )


def test_magics_and_shell_in_the_test() -> None:
    passes(
        """
foo=2
""",
        """
%time z=foo+1
assert z==3
!echo hi
""",
    )


def test_arguments_and_chained_methods() -> None:
    passes(
        """
def f(d): return sum(d.values())
class S:
    def add(s,x): s.x=x; return s
""",
        """
assert f({'a':1,'b':2})==3
s=S()
assert s.add(2) is s and s.add(2).add(3).x==3
""",
    )


def test_collections_keep_their_type() -> None:
    passes(
        """
from collections import Counter, defaultdict
c=Counter('aab')
d=defaultdict(list,{'a':[1]})
""",
        """
assert c['a']==2 and c['z']==0 and c.most_common(1)==[('a',2)] and d['q']==[]
""",
    )


def test_a_warning_costs_nothing() -> None:
    passes(
        """
import warnings
def f():
    warnings.warn('careful'); return 1
""",
        """
assert f()==1
""",
    )


def test_names_of_a_star_import() -> None:
    passes(
        """
from math import *
val=floor(2.5)
""",
        """
assert val==2 and floor(3.2)==3
""",
    )


def test_a_name_that_nobody_binds() -> None:
    passes(
        """
val=1
""",
        """
try: nothing_here
except NameError: pass
else: assert 0
assert len([1])==1
""",
    )


def test_assert_raises_on_a_student_function() -> None:
    passes(
        """
def f(): raise NotImplementedError()
""",
        """
import unittest
with unittest.TestCase().assertRaises(NotImplementedError): f()
""",
    )


def all_pass(*cells: tuple[Role, str]) -> None:
    """Assert that every cell of a notebook passes."""
    for done, _ in notebook(*cells):
        assert done.failure is None, plain(done.failure)


def test_names_of_a_test_flow_forward_to_later_student_cells() -> None:
    all_pass(
        (GRADE, "data = [1, 2, 3]\nsize = len(data)"),
        (STUDENT, "total = sum(data) + size"),
        (GRADE, "assert total == 9"),
    )


def test_locked_functions_resolve_student_names_when_they_run() -> None:
    all_pass(
        (LOCKED, "def twice(x): return 2 * square(x)\nclass Uses:\n    def go(self): return N"),
        (STUDENT, "N = 5\ndef square(x): return x * x"),
        (GRADE, "assert twice(3) == 18\nassert Uses().go() == 5"),
    )


def test_names_of_an_earlier_test_cell_are_there() -> None:
    all_pass(
        (STUDENT, "def square(x): return x * x"),
        (
            GRADE,
            "cases = {2: 4, 3: 9}\ndef check(f): return all(f(k) == v for k, v in cases.items())",
        ),
        (GRADE, "assert check(square)"),
    )


def test_an_instance_of_a_locked_class_reaches_student_code() -> None:
    all_pass(
        (LOCKED, "class Point:\n    def __init__(self, x): self.x = x"),
        (STUDENT, "def read(point): return point.x, isinstance(point, Point)"),
        (GRADE, "x, known = read(Point(3))\nassert x == 3 and known"),
    )


def test_an_object_of_the_test_is_used_by_student_code() -> None:
    passes(
        """
def total(source):
    with source as values:
        return sum(values) + len(source) + source[0] + source.extra
""",
        """
class Source:
    extra = 100
    def __enter__(self): return [1, 2]
    def __exit__(self, *error): self.left = True
    def __len__(self): return 10
    def __getitem__(self, index): return 1000
source = Source()
assert total(source) == 1113
assert source.left
""",
    )


def test_the_value_of_the_last_expression_is_partial_credit() -> None:
    done = notebook((STUDENT, "def half(): return 0.5"), (GRADE, "half() + 0.25"))[1][0]
    assert done.returned == "0.75"


def test_what_the_test_changes_in_a_locked_object_stays_the_judges() -> None:
    all_pass(
        (LOCKED, "answers = {}"),
        (STUDENT, "answers['mine'] = 1\ndef f(): return 2"),
        (GRADE, "answers['f'] = f()\nassert answers == {'f': 2}"),
        (GRADE, "assert answers == {'f': 2}"),
    )


def test_type_answers_for_student_and_library_objects() -> None:
    passes(
        """
from torch import nn
class Point: pass
point = Point()
layer = nn.ReLU()
def f(): pass
""",
        """
import types
assert type(point) is Point and type(point) == Point
assert type(point).__name__ == "Point"
assert type(layer) is nn.ReLU and type(layer) is not nn.Linear
assert type(f) is types.FunctionType
assert type(3) is int and isinstance(int, type) and type("New", (), {}).__name__ == "New"
""",
    )


def test_special_methods_named_by_a_test_are_the_students() -> None:
    passes(
        """
class Account:
    def __init__(self, owner, balance=0):
        '''Opens an account.'''
        self.owner = owner
        self.balance = balance
    def __repr__(self): return f'Account({self.owner!r})'
    def __len__(self): return 7
class Savings(Account):
    def __init__(self, owner):
        super().__init__(owner, 5)
""",
        """
import inspect
account = Savings('Ada')
assert 'self.balance' in inspect.getsource(Account.__init__)
assert 'super()' in inspect.getsource(account.__init__)
assert any('super' in line for line in inspect.getsourcelines(Savings.__init__)[0])
assert list(inspect.signature(Account.__init__).parameters) == ['self', 'owner', 'balance']
assert list(inspect.signature(account.__init__).parameters) == ['owner']
assert inspect.getdoc(Account.__init__) == 'Opens an account.'
assert Account.__repr__(account) == "Account('Ada')" and Account.__len__(account) == 7
assert 'Account' in inspect.getsource(Account.__repr__)
""",
    )


def test_dir_lists_the_students_names() -> None:
    solution = "from math import tau as turn\ntotal = 3\ndef f(): pass"
    passes(solution, "names = dir()\nassert {'turn', 'total', 'f', 'In'} <= set(names)")
    failure = graded("other = 3", "assert 'total' in dir()", instructor="total = 3")
    assert failure is not None
    assert failure.ename == "AssertionError"


def test_a_module_that_the_students_cells_write_is_read_there() -> None:
    passes(
        """
import sys, tempfile
folder = tempfile.mkdtemp()
with open(f'{folder}/fresh_module.py', 'w') as file:
    file.write('def double(x): return 2 * x')
sys.path.insert(0, folder)
from fresh_module import double
""",
        "assert double(4) == 8",
    )


def test_a_function_of_the_test_comes_home_as_itself() -> None:
    passes(
        "def itself(f): return f\ndef boxed(f): return [f]",
        """
double = lambda x: 2 * x
for _ in range(3):
    assert itself(double) is double
    assert boxed(double)[0](2) == 4
""",
    )
